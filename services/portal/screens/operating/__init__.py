"""What operators look at: what is held, what waits between the services, whether all records agree; no names."""

from services.portal.screens.operating import held, queues, reconciling

routers = (held.router, queues.router, reconciling.router)
