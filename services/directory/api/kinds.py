"""The kinds of rows that the CRM sends, by JSON or CSV: how each is read and which use case keeps it."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from services.directory.ports import Account, Author, Client, Directory, Profile, Transaction, Unit, User
from services.directory.schemas.holdings import AccountInput, TransactionInput
from services.directory.schemas.puts import (
    ClientInput,
    ProfileInput,
    RightsInput,
    UnitInput,
    UserInput,
    read_numbered,
    rights_of,
)
from services.directory.use_cases.bulk import Given, Outcome
from services.directory.use_cases.holdings import put_accounts, put_transactions
from services.directory.use_cases.put_people import put_clients, put_users
from services.directory.use_cases.put_structure import put_profiles, put_units
from shared.rulebook import ids

In = TypeVar("In", bound=UnitInput | ProfileInput | UserInput | ClientInput | AccountInput | TransactionInput)
Item = TypeVar("Item", bound=Unit | Profile | User | Client | Account | Transaction)


@dataclass(frozen=True, slots=True)
class Kind(Generic[In, Item]):
    """One kind of row. `whole`: rows lean on each other, so that a file of them is judged in one piece."""

    shape: type[In]
    item: Callable[[In], Item]
    keep: Callable[[Directory, Sequence[Given[Item]], Outcome, Author], Awaitable[None]]
    whole: bool = False

    async def take(
        self, directory: Directory, rows: Iterable[tuple[int, Any]], outcome: Outcome, author: Author
    ) -> None:
        """Judge the numbered rows one by one and keep the good ones; the rest is in the outcome."""
        good, wrong = read_numbered(self.shape, rows)
        outcome.errors.extend(wrong)
        await self.keep(directory, [Given(row, self.item(given)) for row, given in good], outcome, author)


def _unit(item: UnitInput) -> Unit:
    return Unit(
        id=ids.unit_id(item.external_id),
        external_id=item.external_id,
        name=item.name,
        parent_id=None if item.parent is None else ids.unit_id(item.parent),
        active=item.active,
    )


def _profile(item: ProfileInput) -> Profile:
    return Profile(
        id=ids.profile_id(item.external_id),
        external_id=item.external_id,
        name=item.name,
        rights=rights_of(item),
        active=item.active,
    )


def _user(item: UserInput) -> User:
    return User(
        id=ids.user_id(item.external_id),
        external_id=item.external_id,
        name=item.name,
        email=item.email,
        language=item.language,
        unit_id=ids.unit_id(item.unit),
        profile_id=ids.profile_id(item.profile),
        rights=rights_of(item.extra_rights or RightsInput()),
        active=item.active,
        keeps_rights=item.extra_rights is None,
    )


def _client(item: ClientInput) -> Client:
    return Client(
        id=ids.client_id(item.external_id),
        external_id=item.external_id,
        name=item.name,
        phone=item.phone,
        email=item.email,
        advisor_id=ids.user_id(item.advisor),
        attributes=item.attributes,
        active=item.active,
    )


def _account(item: AccountInput) -> Account:
    return Account(
        id=ids.account_id(item.external_id),
        external_id=item.external_id,
        client_id=ids.client_id(item.client),
        label=item.label,
        kind=item.kind,
        opened_on=item.opened_on,
        active=item.active,
    )


def _transaction(item: TransactionInput) -> Transaction:
    return Transaction(
        id=ids.transaction_id(item.external_id),
        external_id=item.external_id,
        account_id=ids.account_id(item.account),
        label=item.label,
        booked_on=item.booked_on,
        amount=item.amount,
        active=item.active,
    )


UNITS = Kind(
    UnitInput,
    _unit,
    lambda directory, given, outcome, author: put_units(directory, given, outcome, author=author),
    whole=True,
)
PROFILES = Kind(
    ProfileInput,
    _profile,
    lambda directory, given, outcome, author: put_profiles(directory, given, outcome, author=author),
)
USERS = Kind(
    UserInput,
    _user,
    lambda directory, given, outcome, author: put_users(directory, given, outcome, author=author),
)
CLIENTS = Kind(
    ClientInput,
    _client,
    lambda directory, given, outcome, author: put_clients(directory, given, outcome, now=author.at),
)
ACCOUNTS = Kind(
    AccountInput, _account, lambda directory, given, outcome, _author: put_accounts(directory, given, outcome)
)
TRANSACTIONS = Kind(
    TransactionInput,
    _transaction,
    lambda directory, given, outcome, _author: put_transactions(directory, given, outcome),
)
KINDS: dict[str, Kind[Any, Any]] = {
    "units": UNITS,
    "profiles": PROFILES,
    "users": USERS,
    "clients": CLIENTS,
    "accounts": ACCOUNTS,
    "transactions": TRANSACTIONS,
}
"""By the name that the routes give them."""
