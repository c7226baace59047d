"""The reports over HTTP; each module offers its routes as one router."""

from services.reporting.api.figures import create_router

__all__ = ["create_router"]
