"""The directory's records in PostgreSQL, and the bucket of principals in NATS."""
