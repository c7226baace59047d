"""The clients of a campaign: listed, added, changed, withdrawn and spread, each as a job that one can watch."""

from services.portal.screens.targeting import by_file, by_query, jobs, listing, picking, spreading

routers = (listing.router, picking.router, by_query.router, by_file.router, spreading.router, jobs.router)
