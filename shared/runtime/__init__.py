"""The only infrastructure: settings, database, outbox, messages, rights, HTTP, Temporal, logs, health and clock."""
