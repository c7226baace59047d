"""The HTTP shapes of the campaign service."""
