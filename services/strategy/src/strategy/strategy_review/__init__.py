"""Strategy reviews: how far objectives, coverage, assets and initiatives have come, frozen, compared, concluded."""
