"""Reporting's PostgreSQL."""
