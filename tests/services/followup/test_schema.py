"""The migrations make exactly the tables that the store uses."""

from services.followup.tables import metadata
from shared.runtime.migrate import schema_differences


def test_the_migrations_make_the_tables_that_the_code_knows(module_database: str) -> None:
    assert schema_differences(module_database, "followup", metadata) == []
