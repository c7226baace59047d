"""The HTTP door of the campaign service, under /api/campaigns."""
