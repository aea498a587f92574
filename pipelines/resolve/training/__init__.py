"""Learning a model, measuring it, and holding it against the one in use."""
