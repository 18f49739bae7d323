"""Strategic assets: capabilities and resources, how mature and how large they are, and what needs them."""
