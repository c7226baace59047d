from importlib import import_module

import pytest
from sqlalchemy import MetaData

from shared.runtime import migrate


@pytest.mark.parametrize("service", [s for s in migrate.SERVICES if migrate._migrations(s)])
def test_a_services_migrations_make_exactly_its_tables(module_database, service):
    tables = import_module(f"services.{service}.tables")
    found = [value for value in vars(tables).values() if isinstance(value, MetaData)]

    assert found
    assert [migrate.schema_differences(module_database, service, metadata) for metadata in found] == [[]]


def test_migrating_again_changes_nothing(module_database):
    migrate.migrate_all(module_database)
