"""The host CRM's structure, profiles, users, clients and what these hold, as the CRM last said.

Publishes `UnitChanged`, `UserChanged` and `ClientChanged`, keeps the bucket of principals that every service watches,
and sends the heartbeat that tells them how fresh it is. Answers `ClientHoldings`, `PresentCalendar`, `PersonAddress`.
Listens to nobody: the CRM speaks to it over HTTP.
"""
