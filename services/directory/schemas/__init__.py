"""The HTTP shapes of the directory."""
