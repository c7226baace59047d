from importlib import import_module

import pytest
from psycopg import sql
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


def test_lists_of_past_days_may_be_made_where_temporary_tables_are_not_everybodys(module_database):
    with migrate._administrator(module_database) as admin:
        admin.execute(sql.SQL("revoke temporary on database {} from public").format(sql.Identifier(admin.info.dbname)))
        migrate.migrate_all(module_database)

        may = {
            role: admin.execute(
                "select has_database_privilege(%s, current_database(), 'TEMPORARY')", (role,)
            ).fetchone()
            for role in ("reporting", "reporting_background", "campaign")
        }

    assert may == {"reporting": (True,), "reporting_background": (True,), "campaign": (False,)}
