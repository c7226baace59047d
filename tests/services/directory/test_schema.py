"""Tables and migrations agree."""

from services.directory.tables import metadata
from shared.runtime.migrate import schema_differences


def test_the_migrations_make_the_tables(module_database):
    assert schema_differences(module_database, "directory", metadata) == []
