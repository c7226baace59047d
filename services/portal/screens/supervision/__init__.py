"""Supervision: the figures of a reach, with the management list, the detail tree, the summary and their files."""

from services.portal.screens.supervision import concluding, detail, editions, management, summary

routers = (management.router, detail.router, summary.router, editions.router, concluding.router)
