"""The follow-up service's side of PostgreSQL; every module takes a connection or a Database, and nobody else does."""
