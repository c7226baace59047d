"""Clients: the list within reach, and each client's page with all campaigns, accounts and history (spec 5.9)."""

from services.portal.screens.contacts import adding, client, clients

routers = (clients.router, adding.router, client.router)
