"""Our own generators of data that looks like the real thing: the same seed writes the same bytes."""
