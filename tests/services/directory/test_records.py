"""The use cases on the real records and on the fake ones: both keep the same promises."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from services.directory.ports import (
    Account,
    Author,
    Client,
    ClientsWanted,
    Directory,
    HoldingsWanted,
    Profile,
    Transaction,
    Unit,
    User,
    UsersWanted,
)
from services.directory.store.records import PostgresDirectory
from services.directory.use_cases.bulk import Given, Outcome
from services.directory.use_cases.holdings import put_accounts, put_transactions
from services.directory.use_cases.put_people import put_clients, put_users
from services.directory.use_cases.put_structure import put_profiles, put_units
from shared.rulebook.access import AccessLevel, Rights
from shared.rulebook.ids import account_id, client_id, profile_id, transaction_id, unit_id, user_id
from tests.services.directory.conftest import emptied
from tests.support.fakes_directory import FakeDirectory, a_principal

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def a_unit(name: str, parent: str | None = None) -> Unit:
    return Unit(unit_id(name), name, name.title(), None if parent is None else unit_id(parent))


def a_user(name: str, unit: str = "branch", profile: str = "advisor", **changes: object) -> User:
    return User(user_id(name), name, name.title(), None, "fr", unit_id(unit), profile_id(profile), Rights(), **changes)


def a_client(name: str, advisor: str = "anne") -> Client:
    return Client(client_id(name), name, name.title(), None, None, user_id(advisor), {})


def an_account(name: str, client: str = "c1", label: str = "Current account") -> Account:
    return Account(account_id(name), name, client_id(client), label)


def a_transaction(name: str, day: int, amount: str = "10.00", account: str = "a1", **changes: object) -> Transaction:
    return Transaction(
        transaction_id(name), name, account_id(account), name, date(2026, 3, day), Decimal(amount), **changes
    )


async def put(how, directory: Directory, *items: object, **more: object) -> tuple[int, int, list[str]]:
    outcome = Outcome()
    if how in {put_units, put_profiles, put_users}:
        more["author"] = Author("crm", NOW)
    await how(directory, [Given(row, item) for row, item in enumerate(items)], outcome, **more)
    return outcome.upserted, outcome.unchanged, [error.code for error in outcome.errors]


@pytest.fixture(params=["real", "fake"])
async def directory(request: pytest.FixtureRequest, module_database: str) -> AsyncIterator[Directory]:
    if request.param == "fake":
        yield await _with_a_branch(FakeDirectory())
        return
    async with emptied(module_database) as database:
        yield await _with_a_branch(PostgresDirectory(database))


async def _with_a_branch(directory: Directory) -> Directory:
    await put(put_units, directory, a_unit("network"), a_unit("branch", "network"))
    await put(put_profiles, directory, Profile(profile_id("advisor"), "advisor", "Advisor", Rights()))
    return directory


class TestDirectory:
    async def test_what_differs_is_written_and_what_does_not_is_left(self, directory):
        first = await put(put_users, directory, a_user("anne"), a_user("bob"))
        second = await put(put_users, directory, a_user("anne"), a_user("bob", active=False))

        assert (first, second) == ((2, 0, []), (1, 1, []))
        assert (await directory.person(user_id("anne"))).user.revision == 1
        assert (await directory.person(user_id("bob"))).user.revision == 2

    async def test_references_to_nobody_are_refused(self, directory):
        users = await put(put_users, directory, a_user("anne"), a_user("b", unit="x"), a_user("c", profile="x"))
        clients = await put(put_clients, directory, a_client("c1"), a_client("c2", advisor="b"), now=NOW)

        assert users == (1, 0, ["unknown_unit", "unknown_profile"])
        assert clients == (1, 0, ["unknown_advisor"])

    async def test_a_moved_unit_gives_its_users_a_new_path(self, directory):
        await put(put_users, directory, a_user("anne"))
        moved = await put(put_units, directory, a_unit("region", "network"), a_unit("branch", "region"))

        person = await directory.person(user_id("anne"))

        assert moved == (2, 0, [])
        assert person.user.unit_path == (unit_id("network"), unit_id("region"), unit_id("branch"))
        assert person.user.revision == 2

    async def test_rights_of_profile_and_person_are_united(self, directory):
        operators = Profile(profile_id("operators"), "operators", "Operators", Rights(operator=True))
        await put(put_profiles, directory, operators)
        await put(put_users, directory, a_user("anne", profile="operators"))

        assert (await directory.person(user_id("anne"))).rights == Rights(operator=True)

    async def test_lists_hold_what_is_within_reach(self, directory):
        await put(put_users, directory, a_user("anne"), a_user("bob"), a_user("max", unit="network"))
        await put(put_clients, directory, a_client("c2"), a_client("c1"), a_client("c3", advisor="bob"), now=NOW)
        anne = a_principal("anne", AccessLevel.OWN, path=("network", "branch"))
        boss = a_principal("max", AccessLevel.ALL)

        assert [seen.client.name for _, seen in await directory.list_clients(anne, ClientsWanted())] == ["C1", "C2"]
        assert [seen.client.name for _, seen in await directory.list_clients(boss, ClientsWanted(limit=2))] == [
            "C1",
            "C2",
        ]
        assert [person.user.name for _, person in await directory.list_users(anne, UsersWanted())] == ["Anne"]
        assert [unit.name for unit in await directory.list_units(boss)] == ["Network", "Branch"]
        assert await directory.client(anne, client_id("c3")) is None

    async def test_what_clients_hold_is_kept_by_client_and_account(self, directory):
        await put(put_users, directory, a_user("anne"))
        await put(put_clients, directory, a_client("c1"), a_client("c2"), now=NOW)
        accounts = await put(put_accounts, directory, an_account("a1"), an_account("a2"), an_account("a3", "nobody"))
        given = (a_transaction("t1", 5), a_transaction("t2", 6, account="a2"), a_transaction("t3", 7, account="x"))
        first = await put(put_transactions, directory, *given)
        second = await put(put_transactions, directory, given[0], a_transaction("t2", 6, "11.00", account="a2"))

        assert accounts == (2, 0, ["unknown_client"])
        assert (first, second) == ((2, 0, ["unknown_account"]), (1, 1, []))

    async def test_transactions_come_the_latest_first_and_follow_an_account_to_another_client(self, directory):
        boss = a_principal("max", AccessLevel.ALL)
        await put(put_users, directory, a_user("anne"))
        await put(put_clients, directory, a_client("c1"), a_client("c2"), now=NOW)
        await put(put_accounts, directory, an_account("a1"))
        await put(
            put_transactions,
            directory,
            a_transaction("t1", 5),
            a_transaction("t2", 6, active=False),
            a_transaction("t3", 7),
        )
        before = await directory.list_transactions(boss, HoldingsWanted(client_id("c1")))
        await put(put_accounts, directory, an_account("a1", "c2"))
        after = await directory.list_transactions(boss, HoldingsWanted(client_id("c2"), inactive=True, limit=2))

        assert [seen.transaction.external_id for _, seen in before] == ["t3", "t1"]
        assert [seen.transaction.external_id for _, seen in after] == ["t3", "t2"]
        assert await directory.list_transactions(boss, HoldingsWanted(client_id("c1"))) == []

    async def test_only_what_is_the_clients_own_is_found_by_id(self, directory):
        await put(put_users, directory, a_user("anne"))
        await put(put_clients, directory, a_client("c1"), a_client("c2"), now=NOW)
        await put(put_accounts, directory, an_account("a1"), an_account("a2", "c2"))
        await put(put_transactions, directory, a_transaction("t1", 5), a_transaction("t2", 6, account="a2"))
        accounts, transactions = [account_id("a1"), account_id("a2")], [transaction_id("t1"), transaction_id("t2")]

        held = await directory.transactions_held(client_id("c1"), transactions)

        assert [account.external_id for account in await directory.accounts_held(client_id("c1"), accounts)] == ["a1"]
        assert [(one.external_id, one.amount) for one in held] == [("t1", Decimal("10.00"))]
