"""The ports of the campaign service as they are in production: PostgreSQL, and the follow-up service over NATS."""
