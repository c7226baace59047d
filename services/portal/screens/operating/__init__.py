"""What operators look at: what is held, what waits between the services, whether all records agree; no names."""

from services.portal.screens.operating import glance, held, letters, parked, queues, reconciling

routers = (glance.router, held.router, letters.router, queues.router, parked.router, reconciling.router)
