"""The HTTP door of the directory, under /api/directory."""
