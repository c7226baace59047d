"""The CRM puts users and clients, thousands at a time."""

from collections.abc import Collection, Sequence
from datetime import datetime

from services.directory.ports import Client, Directory, User, Writing
from services.directory.use_cases.bulk import Given, Outcome, RowError, in_chunks, items_of, refuse, without_repeats
from services.directory.use_cases.put_structure import user_changed
from shared.contracts.directory import ClientChanged

CHUNK = 2000
"""Rows of one transaction: while it is open it holds the relay back, so that it should end within half a second."""


async def put_users(directory: Directory, given: Sequence[Given[User]], outcome: Outcome) -> None:
    """Keep the users whose unit and profile are known.

    Row errors: `duplicate_in_call`, `unknown_unit`, `unknown_profile`.
    """
    for chunk in in_chunks(without_repeats(given, outcome), CHUNK):
        async with directory.writing() as held:
            good = await _with_known_places(held, chunk, outcome)
            saved = await held.save_users(items_of(good))
            await held.publish([user_changed(user) for user in saved])
        outcome.kept(rows=len(good), changed=len(saved))


async def put_clients(directory: Directory, given: Sequence[Given[Client]], outcome: Outcome, *, now: datetime) -> None:
    """Keep the clients whose advisor is known. Row errors: `duplicate_in_call`, `unknown_advisor`."""
    for chunk in in_chunks(without_repeats(given, outcome), CHUNK):
        async with directory.writing() as held:
            unknown = await held.unknown_users({one.item.advisor_id for one in chunk})
            good = refuse(chunk, outcome, lambda one, unknown=unknown: _unknown_advisor(one, unknown))  # type: ignore[misc]
            saved = await held.save_clients(items_of(good), now=now)
            await held.publish([_client_changed(client, now) for client in saved])
        outcome.kept(rows=len(good), changed=len(saved))


async def _with_known_places(held: Writing, chunk: Sequence[Given[User]], outcome: Outcome) -> list[Given[User]]:
    units = await held.unknown_units({one.item.unit_id for one in chunk})
    profiles = await held.unknown_profiles({one.item.profile_id for one in chunk})

    def problem(one: Given[User]) -> RowError | None:
        if one.item.unit_id in units:
            return one.refused("unknown_unit", "No unit has the external_id given as unit; put it first.")
        if one.item.profile_id in profiles:
            return one.refused("unknown_profile", "No profile has the external_id given as profile; put it first.")
        return None

    return refuse(chunk, outcome, problem)


def _unknown_advisor(one: Given[Client], unknown: Collection[str]) -> RowError | None:
    if one.item.advisor_id not in unknown:
        return None
    return one.refused("unknown_advisor", "No user has the external_id given as advisor; put the user first.")


def _client_changed(client: Client, now: datetime) -> ClientChanged:
    return ClientChanged(
        client_id=client.id,
        external_id=client.external_id,
        name=client.name,
        phone=client.phone,
        email=client.email,
        advisor_id=client.advisor_id,
        changed_at=now,
        revision=client.revision,
    )
