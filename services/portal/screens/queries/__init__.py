"""Requêtes: clients found by criteria, counted first, kept, shared, exported, and assigned to a campaign."""

from services.portal.screens.queries import assigning, building, listing, saving

routers = (listing.router, building.router, assigning.router, saving.router)
"""Those under fixed names come before those under an id."""
