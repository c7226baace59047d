"""The host CRM's structure, profiles, users and clients, as the CRM last said.

Publishes `UnitChanged`, `UserChanged` and `ClientChanged`, keeps the bucket of principals that every service watches,
and sends the heartbeat that tells them how fresh it is. Listens to nobody: the CRM speaks to it over HTTP.
"""
