"""Reviews: the decision whether to continue, invest in, remediate, consolidate or retire a service."""
