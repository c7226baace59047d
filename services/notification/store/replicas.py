"""Replicas of what other services told: one statement per batch, the highest number stays."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.campaign import CampaignDefined, CampaignMoment, MomentKind
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.rulebook.facts import FactKind
from shared.runtime.database import Database

_CONTACTS = frozenset(
    {
        FactKind.STEP_BEGUN,
        FactKind.STEP_COMPLETED,
        FactKind.INTERACTION_RECORDED,
        FactKind.INTERACTION_COMPLETED,
    }
)
_JOININGS = frozenset(
    {FactKind.CLIENT_TARGETED, FactKind.TARGETED_AGAIN, FactKind.REASSIGNED, FactKind.REOPENED_UNARCHIVED}
)

# Every statement that locks rows takes them in the order of their key, so that two batches never wait in a circle.
_KEEP_FOLLOW_UPS = text(
    """
    insert into follow_ups (
        follow_up_id, campaign_id, client_id, advisor_id, number, entry_date, potential, closing, contacted
    )
    select * from unnest(
        cast(:follow_ups as uuid[]), cast(:campaigns as uuid[]), cast(:clients as uuid[]), cast(:advisors as uuid[]),
        cast(:numbers as int[]), cast(:entry_dates as date[]), cast(:potentials as numeric[]),
        cast(:closings as text[]), cast(:contacted as bool[])
    ) as fact (follow_up_id) order by follow_up_id
    on conflict (follow_up_id) do update set
        advisor_id = excluded.advisor_id, number = excluded.number, entry_date = excluded.entry_date,
        potential = excluded.potential, closing = excluded.closing,
        contacted = follow_ups.contacted or excluded.contacted
    where excluded.number > follow_ups.number
    """
)
_NOTE_CONTACTS = text(
    """
    update follow_ups set contacted = true
    where not contacted and follow_up_id in (
        select follow_up_id from follow_ups
        where follow_up_id = any(cast(:follow_ups as uuid[])) and not contacted
        order by follow_up_id for update
    )
    """
)
_NOTE_JOINERS = text(
    """
    insert into joiners (campaign_id, advisor_id)
    select distinct campaign_id, advisor_id
    from unnest(cast(:campaigns as uuid[]), cast(:advisors as uuid[])) as joiner (campaign_id, advisor_id)
    where not exists (
        select from notices where notices.campaign_id = joiner.campaign_id and notices.advisor_id = joiner.advisor_id
    )
    order by 1, 2
    on conflict do nothing
    """
)
_KEEP_CAMPAIGN = text(
    """
    insert into campaigns (campaign_id, version, name, start_date, end_date, hidden, sharers)
    values (:campaign_id, :version, :name, :start_date, :end_date, :hidden, cast(:sharers as uuid[]))
    on conflict (campaign_id) do update set
        version = excluded.version, name = excluded.name, start_date = excluded.start_date,
        end_date = excluded.end_date, hidden = excluded.hidden, sharers = excluded.sharers
    where excluded.version > campaigns.version
    """
)
_KEEP_REACHED = text(
    "insert into reached (campaign_id, reached_on) values (:campaign_id, :reached_on) on conflict do nothing"
)
_KEEP_USER = text(
    """
    insert into users (user_id, unit_id, unit_path, revision)
    values (:user_id, :unit_id, cast(:unit_path as uuid[]), :revision)
    on conflict (user_id) do update set
        unit_id = excluded.unit_id, unit_path = excluded.unit_path, revision = excluded.revision
    where excluded.revision > users.revision
    """
)
_KEEP_CLIENT = text(
    """
    insert into clients (client_id, name, phone, revision) values (:client_id, :name, :phone, :revision)
    on conflict (client_id) do update set
        name = excluded.name, phone = excluded.phone, revision = excluded.revision
    where excluded.revision > clients.revision
    """
)


@asynccontextmanager
async def keeping(database: Database) -> AsyncIterator["StoredReplicas"]:
    """One transaction of a consumer."""
    async with database.transaction() as connection:
        yield StoredReplicas(connection)


class StoredReplicas:
    """`ports.Replicas` within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep_facts(self, facts: Sequence[FactRecorded]) -> None:
        """Keep each follow-up after its highest fact, and put joining advisors before the announcer."""
        if not facts:
            return
        contacted = {told.follow_up_id for told in facts if told.fact.kind in _CONTACTS}
        highest = sorted({told.follow_up_id: told for told in sorted(facts, key=_number)}.values(), key=_follow_up)
        await self._connection.execute(_KEEP_FOLLOW_UPS, _rows(highest, contacted))
        if contacted:
            await self._connection.execute(_NOTE_CONTACTS, {"follow_ups": sorted(contacted)})
        await self._note_joiners(
            [(told.campaign_id, told.after.advisor_id) for told in facts if told.fact.kind in _JOININGS]
        )

    async def keep_definitions(self, definitions: Sequence[CampaignDefined]) -> None:
        """Keep the highest version of each campaign, and put its sharers before the announcer."""
        kept = _highest(definitions, "version")
        if not kept:
            return
        await self._connection.execute(_KEEP_CAMPAIGN, [_campaign(defined) for defined in kept])
        await self._note_joiners(
            [(defined.campaign_id, share.advisor_id) for defined in kept for share in defined.shares]
        )

    async def keep_moments(self, moments: Sequence[CampaignMoment]) -> None:
        """Keep which notice dates have come."""
        reached = {moment.campaign_id: moment.on for moment in moments if moment.kind is MomentKind.NOTICE}
        if reached:
            await self._connection.execute(
                _KEEP_REACHED, [{"campaign_id": campaign, "reached_on": on} for campaign, on in sorted(reached.items())]
            )

    async def keep_users(self, users: Sequence[UserChanged]) -> None:
        """Keep where each person sits."""
        kept = _highest(users, "revision")
        if kept:
            await self._connection.execute(_KEEP_USER, [_user(told) for told in kept])

    async def keep_clients(self, clients: Sequence[ClientChanged]) -> None:
        """Keep each client's name and telephone number; nothing of one who was erased."""
        kept = _highest(clients, "revision")
        if kept:
            await self._connection.execute(_KEEP_CLIENT, [_client(told) for told in kept])

    async def _note_joiners(self, joiners: Sequence[tuple[str, str]]) -> None:
        if joiners:
            campaigns, advisors = zip(*sorted(set(joiners)), strict=True)
            await self._connection.execute(_NOTE_JOINERS, {"campaigns": list(campaigns), "advisors": list(advisors)})


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


K = TypeVar("K", bound=_Keyed)


def _highest(told: Sequence[K], number: str) -> list[K]:
    """The last word on each key, in the order of the keys."""
    latest = {event.key: event for event in sorted(told, key=lambda event: int(getattr(event, number)))}
    return [latest[key] for key in sorted(latest)]


def _number(told: FactRecorded) -> int:
    return told.number


def _follow_up(told: FactRecorded) -> str:
    return told.follow_up_id


def _rows(highest: Sequence[FactRecorded], contacted: set[str]) -> dict[str, list[Any]]:
    return {
        "follow_ups": [told.follow_up_id for told in highest],
        "campaigns": [told.campaign_id for told in highest],
        "clients": [told.client_id for told in highest],
        "advisors": [told.after.advisor_id for told in highest],
        "numbers": [told.number for told in highest],
        "entry_dates": [told.after.entry_date for told in highest],
        "potentials": [told.after.potential for told in highest],
        "closings": [told.after.closing and told.after.closing.value for told in highest],
        "contacted": [told.follow_up_id in contacted for told in highest],
    }


def _campaign(defined: CampaignDefined) -> dict[str, Any]:
    return {
        "campaign_id": defined.campaign_id,
        "version": defined.version,
        "name": defined.name,
        "start_date": defined.start_date,
        "end_date": defined.end_date,
        "hidden": defined.archived or defined.deleted,
        "sharers": sorted({share.advisor_id for share in defined.shares}),
    }


def _user(told: UserChanged) -> dict[str, Any]:
    return {
        "user_id": told.user_id,
        "unit_id": told.unit_id,
        "unit_path": list(told.unit_path),
        "revision": told.revision,
    }


def _client(told: ClientChanged) -> dict[str, Any]:
    return {
        "client_id": told.client_id,
        "name": "" if told.erased else told.name,
        "phone": None if told.erased else told.phone,
        "revision": told.revision,
    }
