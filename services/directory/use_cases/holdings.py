"""The CRM puts what clients hold; people and the follow-up service look it up (spec 5.8)."""

from collections.abc import Callable, Collection, Sequence

from services.directory.ports import (
    Account,
    Directory,
    HoldingsWanted,
    Place,
    Transaction,
    TransactionSeen,
)
from services.directory.use_cases.bulk import Given, Outcome, RowError, in_chunks, items_of, refuse, without_repeats
from services.directory.use_cases.put_structure import CHUNK
from services.directory.use_cases.read_people import one_client
from shared.rulebook.access import Principal


async def put_accounts(directory: Directory, given: Sequence[Given[Account]], outcome: Outcome) -> None:
    """Keep the accounts whose client is known. Row errors: `duplicate_in_call`, `unknown_client`."""
    for chunk in in_chunks(without_repeats(given, outcome), CHUNK):
        async with directory.writing() as held:
            unknown = await held.unknown_clients({one.item.client_id for one in chunk})
            good = refuse(chunk, outcome, _unknown_client(unknown))
            changed = await held.save_accounts(items_of(good))
        outcome.kept(rows=len(good), changed=changed)


async def put_transactions(directory: Directory, given: Sequence[Given[Transaction]], outcome: Outcome) -> None:
    """Keep the transactions whose account is known. Row errors: `duplicate_in_call`, `unknown_account`."""
    for chunk in in_chunks(without_repeats(given, outcome), CHUNK):
        async with directory.writing() as held:
            unknown = await held.unknown_accounts({one.item.account_id for one in chunk})
            good = refuse(chunk, outcome, _unknown_account(unknown))
            changed = await held.save_transactions(items_of(good))
        outcome.kept(rows=len(good), changed=changed)


async def accounts_of_client(
    directory: Directory, reader: Principal, wanted: HoldingsWanted
) -> Sequence[tuple[Place, Account]] | None:
    """A page of the client's accounts, or None outside the reach; Forbidden `right_missing` without an access level."""
    if await one_client(directory, reader, wanted.client_id) is None:
        return None
    return await directory.list_accounts(reader, wanted)


async def transactions_of_client(
    directory: Directory, reader: Principal, wanted: HoldingsWanted
) -> Sequence[tuple[Place, TransactionSeen]] | None:
    """The same for transactions, the latest first."""
    if await one_client(directory, reader, wanted.client_id) is None:
        return None
    return await directory.list_transactions(reader, wanted)


def _unknown_client(unknown: Collection[str]) -> Callable[[Given[Account]], RowError | None]:
    def problem(one: Given[Account]) -> RowError | None:
        if one.item.client_id not in unknown:
            return None
        return one.refused("unknown_client", "No client has the external_id given as client; put the client first.")

    return problem


def _unknown_account(unknown: Collection[str]) -> Callable[[Given[Transaction]], RowError | None]:
    def problem(one: Given[Transaction]) -> RowError | None:
        if one.item.account_id not in unknown:
            return None
        return one.refused("unknown_account", "No account has the external_id given as account; put the account first.")

    return problem
