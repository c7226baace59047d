"""The reports over HTTP; each module offers its routes as one router."""

from services.reporting.api.figures import create_router
from services.reporting.api.forecast import forecast_routes
from services.reporting.api.listing import listing_routes
from services.reporting.api.live import live_routes
from services.reporting.api.reconciliations import reconciliation_routes
from services.reporting.api.summary import summary_routes
from services.reporting.api.tree import tree_routes

__all__ = [
    "create_router",
    "forecast_routes",
    "listing_routes",
    "live_routes",
    "reconciliation_routes",
    "summary_routes",
    "tree_routes",
]
