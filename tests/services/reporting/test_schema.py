"""Tables and migrations agree."""

from services.reporting.tables import metadata
from shared.runtime.migrate import schema_differences


def test_the_migrations_make_the_tables(module_database):
    assert schema_differences(module_database, "reporting", metadata) == []
