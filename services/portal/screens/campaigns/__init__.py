"""Opérations commerciales: campaigns are listed, looked at, set up, shared out, copied, archived, deleted (spec 2)."""

from services.portal.screens.campaigns import allocating, closing, editing, listing, looking

routers = (listing.router, editing.router, closing.router, allocating.router, looking.router)
"""Whole addresses before those with an id."""
