"""What administrators look after: rights, the structure, imports, working days and webhooks."""

from services.portal.screens.administration import (
    imports,
    profiles,
    rights_audit,
    structure,
    users,
    webhooks,
    working_days,
)

routers = (
    profiles.router,
    users.router,
    rights_audit.router,
    structure.router,
    imports.router,
    working_days.router,
    webhooks.router,
)
