"""Bring a database up to date: roles, schemas, grants, every service's migrations. Idempotent, any number at once."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, MetaData, create_engine, make_url
from sqlalchemy.pool import NullPool

from shared.runtime.database import async_url
from shared.runtime.settings import Settings

SERVICES = ("directory", "campaign", "followup", "notification", "reporting")
_SERVICES_FOLDER = Path(__file__).parents[2] / "services"
_LOCK = 0x4A414C4F  # any number that nobody else locks
_ROLES = ("{}_owner", "{}", "{}_background")
_MAKING_TABLES = frozenset({"reporting"})
"""Whose transactions make temporary tables (ADR 0064): PostgreSQL lets everybody, unless a deployment revokes it."""


def migrate_all(admin_url: str, services: Sequence[str] = SERVICES) -> None:
    """Create the database where absent, then migrate every service that has migrations.

    `admin_url` names a login that may create roles and schemas. One at a time per database: others wait, then find
    nothing left to do.
    """
    create_database(admin_url)
    with _administrator(admin_url) as admin:
        admin.execute("select pg_advisory_lock(%s)", (_LOCK,))
        admin.execute("create extension if not exists pg_trgm with schema public")
        for service in services:
            if (scripts := _migrations(service)) is not None:
                _prepare(admin, service)
                _upgrade(admin_url, service, scripts)


def create_database(admin_url: str) -> None:
    """Create the database that the URL names, unless it is there."""
    url = async_url(admin_url)
    try:
        with _administrator(admin_url):
            return
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error):
            raise
    maintenance = url.set(database="postgres").render_as_string(hide_password=False)
    with _administrator(maintenance) as admin:
        try:
            admin.execute(sql.SQL("create database {}").format(sql.Identifier(str(url.database))))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return  # another start was faster


def schema_differences(admin_url: str, service: str, metadata: MetaData) -> list[object]:
    """What a service's tables say that its migrations do not, or the reverse; empty when they agree."""
    with _as_owner(admin_url, service) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        return list(compare_metadata(context, metadata))


def _migrations(service: str) -> Path | None:
    folder = _SERVICES_FOLDER / service / "migrations"
    return folder if (folder / "versions").is_dir() else None


@contextmanager
def _administrator(url: str) -> Iterator[psycopg.Connection]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True, connect_timeout=10) as connection:
        yield connection


@contextmanager
def _as_owner(admin_url: str, service: str) -> Iterator[Connection]:
    options = f"-c role={service}_owner -c search_path={service},public -c lock_timeout=30s"
    engine = create_engine(async_url(admin_url), poolclass=NullPool, connect_args={"options": options})
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _upgrade(admin_url: str, service: str, scripts: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    directory = ScriptDirectory.from_config(config)
    with _as_owner(admin_url, service) as connection:
        environment = EnvironmentContext(
            config,
            directory,
            fn=lambda revision, _: directory._upgrade_revs("head", revision),  # noqa: SLF001
        )
        environment.configure(connection=connection, transaction_per_migration=True)
        with environment.begin_transaction():
            environment.run_migrations()
        connection.commit()


def _prepare(admin: psycopg.Connection, service: str) -> None:
    owner, runtime, background = (role.format(service) for role in _ROLES)
    for role in (owner, runtime, background):
        _create_role(admin, role)
    named: dict[str, sql.Composable] = {
        "schema": sql.Identifier(service),
        "owner": sql.Identifier(owner),
        "users": sql.SQL(", ").join(map(sql.Identifier, (runtime, background))),
    }
    named["by_default"] = sql.SQL("alter default privileges for role {owner} in schema {schema}").format(**named)
    for statement in (
        "create schema if not exists {schema} authorization {owner}",
        "grant usage on schema {schema} to {users}",
        "{by_default} grant select, insert, update, delete on tables to {users}",
        "{by_default} grant usage, select on sequences to {users}",
    ):
        admin.execute(sql.SQL(statement).format(**named))
    if service in _MAKING_TABLES:
        named["database"] = sql.Identifier(admin.info.dbname)
        admin.execute(sql.SQL("grant temporary on database {database} to {users}").format(**named))


def _create_role(admin: psycopg.Connection, role: str) -> None:
    name = sql.Identifier(role)
    if admin.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone() is None:
        # Roles belong to the whole cluster, where another database may be migrated at this moment.
        try:
            admin.execute(sql.SQL("create role {} nologin").format(name))
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            return
    # An administrator who is no superuser must be a member to act as the role; a superuser may act as any.
    if admin.execute("select pg_has_role(current_user, %s, 'SET')", (role,)).fetchone() == (False,):
        admin.execute(sql.SQL("grant {} to current_user").format(name))


if __name__ == "__main__":
    migrate_all(sys.argv[1] if len(sys.argv) > 1 else Settings().database_url)
