"""What operators look at: what is refused, parked or waiting, and whether all records agree; no names."""

from services.portal.screens.operating import held, reconciling

routers = (held.router, reconciling.router)
