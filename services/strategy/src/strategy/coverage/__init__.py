"""Coverage: which needs are served by which offerings made of which services, and where there is too little or much."""
