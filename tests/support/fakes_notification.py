"""The notification service's store in memory."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from services.notification.ports import (
    ClientCursor,
    ClientToContact,
    Membership,
    Notice,
    NoticeCursor,
    Pushed,
    StreamEvent,
)
from shared.contracts.campaign import CampaignDefined, CampaignMoment, MomentKind
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.rulebook.access import Principal, in_reach
from shared.rulebook.facts import FactKind
from shared.rulebook.ids import notice_id

_CONTACTS = {FactKind.STEP_BEGUN, FactKind.STEP_COMPLETED, FactKind.INTERACTION_RECORDED}
_JOININGS = {FactKind.CLIENT_TARGETED, FactKind.TARGETED_AGAIN, FactKind.REASSIGNED, FactKind.REOPENED_UNARCHIVED}


@dataclass(slots=True)
class _Row:
    told: FactRecorded
    contacted: bool = False
    announced: tuple[str, date] | None = None


@dataclass(slots=True)
class FakeNoticeStore:
    """`Replicas`, `Announcements`, `Notices` and `Streams` at once."""

    campaigns: dict[str, CampaignDefined] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    people: dict[str, UserChanged] = field(default_factory=dict)
    known: dict[str, ClientChanged] = field(default_factory=dict)
    follow_ups: dict[str, _Row] = field(default_factory=dict)
    joiners: dict[Membership, None] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    advisors: dict[str, str] = field(default_factory=dict)
    events: dict[str, list[StreamEvent]] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["FakeNoticeStore"]:
        """Itself; nothing is rolled back."""
        yield self

    async def keep_facts(self, facts: Sequence[FactRecorded]) -> None:
        for told in facts:
            row = self.follow_ups.setdefault(told.follow_up_id, _Row(told))
            if told.number > row.told.number:
                row.told = told
            row.contacted |= told.fact.kind in _CONTACTS
            if told.fact.kind in _JOININGS:
                self.joiners[Membership(told.campaign_id, told.after.advisor_id)] = None

    async def keep_definitions(self, definitions: Sequence[CampaignDefined]) -> None:
        for defined in definitions:
            held = self.campaigns.get(defined.campaign_id)
            if held is None or defined.version > held.version:
                self.campaigns[defined.campaign_id] = defined
            for share in defined.shares:
                self.joiners[Membership(defined.campaign_id, share.advisor_id)] = None

    async def keep_moments(self, moments: Sequence[CampaignMoment]) -> None:
        self.reached |= {moment.campaign_id for moment in moments if moment.kind is MomentKind.NOTICE}

    async def keep_users(self, users: Sequence[UserChanged]) -> None:
        for told in users:
            self.people[told.user_id] = max(told, self.people.get(told.user_id, told), key=lambda user: user.revision)

    async def keep_clients(self, clients: Sequence[ClientChanged]) -> None:
        for told in clients:
            self.known[told.client_id] = max(told, self.known.get(told.client_id, told), key=lambda one: one.revision)

    async def take_joiners(self, limit: int) -> Sequence[Membership]:
        taken = [joiner for joiner in self.joiners if joiner.campaign_id in self._announced()][:limit]
        for joiner in taken:
            del self.joiners[joiner]
        return [joiner for joiner in taken if self._belongs(joiner)]

    async def take_newcomers(self, today: date, limit: int) -> Mapping[Membership, int]:
        found: dict[Membership, int] = {}
        for row in self._to_contact(today):
            came = (row.told.after.advisor_id, row.told.after.entry_date)
            if row.told.campaign_id in self._announced() and row.announced != came and sum(found.values()) < limit:
                row.announced = came
                to = Membership(row.told.campaign_id, row.told.after.advisor_id)
                found[to] = found.get(to, 0) + 1
        return found

    async def renew(self, gains: Mapping[Membership, int], now: datetime) -> None:
        for to, gain in gains.items():
            name = notice_id(to.campaign_id, to.advisor_id)
            held = self.notices.get(name)
            if held is None:
                self._create(name, to, gain, now)
            elif gain:
                self.notices[name] = replace(
                    held, news=held.news + gain, unread=True, revision=held.revision + 1, renewed_at=now
                )
            else:
                continue
            self._push(to.advisor_id, Pushed.RENEWED, name)

    async def page(self, reader: Principal, today: date, after: NoticeCursor | None, limit: int) -> Sequence[Notice]:
        mine = [
            self._shown(notice, reader, today) for notice in self.notices.values() if self._is_shown(notice, reader)
        ]
        mine.sort(key=lambda notice: (notice.renewed_at, notice.notice_id), reverse=True)
        if after is not None:
            mine = [one for one in mine if (one.renewed_at, one.notice_id) < (after.renewed_at, after.notice_id)]
        return mine[:limit]

    async def find(self, reader: Principal, notice_id: str, today: date) -> Notice | None:
        notice = self.notices.get(notice_id)
        return self._shown(notice, reader, today) if notice is not None and self._is_shown(notice, reader) else None

    async def clients(
        self, reader: Principal, notice: Notice, today: date, after: ClientCursor | None, limit: int
    ) -> Sequence[ClientToContact]:
        found = [self._client(row) for row in self._list(notice.campaign_id, reader, today)]
        found.sort(key=lambda client: (-client.potential, client.follow_up_id))
        if after is not None:
            place = (-after.potential, after.follow_up_id)
            found = [client for client in found if (-client.potential, client.follow_up_id) > place]
        return found[:limit]

    async def mark_read(self, reader: Principal, notice_id: str, revision: int | None, now: datetime) -> None:
        held = self._own(reader, notice_id)
        if held is not None and held.unread and revision in (None, held.revision):
            self.notices[notice_id] = replace(held, unread=False, news=0)
            self._push(reader.user_id, Pushed.READ, notice_id)

    async def mark_all_read(self, reader: Principal, until: datetime | None, now: datetime) -> None:
        mine = [notice for notice in self.notices.values() if self._is_shown(notice, reader) and notice.unread]
        for notice in mine:
            if until is None or notice.renewed_at <= until:
                await self.mark_read(reader, notice.notice_id, None, now)

    async def mark_unread(self, reader: Principal, notice_id: str, now: datetime) -> None:
        held = self._own(reader, notice_id)
        if held is not None and not held.unread:
            self.notices[notice_id] = replace(held, unread=True)
            self._push(reader.user_id, Pushed.UNREAD, notice_id)

    async def unread_count(self, reader: Principal) -> int:
        return sum(notice.unread for notice in self.notices.values() if self._is_shown(notice, reader))

    async def ends(self, user_ids: Sequence[str]) -> Mapping[str, int]:
        return {user: self.last[user] for user in user_ids if user in self.last}

    async def after(self, user_id: str, seq: int, limit: int) -> Sequence[StreamEvent]:
        return [event for event in self.events.get(user_id, []) if event.seq > seq][:limit]

    def _announced(self) -> set[str]:
        return {
            defined.campaign_id
            for defined in self.campaigns.values()
            if defined.campaign_id in self.reached and not defined.archived and not defined.deleted
        }

    def _belongs(self, to: Membership) -> bool:
        shares = {share.advisor_id for share in self.campaigns[to.campaign_id].shares}
        return to.advisor_id in shares or any(
            (row.told.campaign_id, row.told.after.advisor_id) == (to.campaign_id, to.advisor_id)
            and row.told.after.closing is None
            for row in self.follow_ups.values()
        )

    def _to_contact(self, today: date) -> list[_Row]:
        return [
            row
            for row in self.follow_ups.values()
            if row.told.after.closing is None and row.told.after.entry_date <= today
        ]

    def _list(self, campaign: str, reader: Principal, today: date) -> list[_Row]:
        return [
            row
            for row in self._to_contact(today)
            if (row.told.campaign_id, row.told.after.advisor_id) == (campaign, reader.user_id)
            and in_reach(reader, row.told.after.advisor_id, reader.unit_path)
        ]

    def _create(self, name: str, to: Membership, gain: int, now: datetime) -> None:
        campaign = self.campaigns[to.campaign_id]
        self.advisors[name] = to.advisor_id
        self.notices[name] = Notice(
            notice_id=name,
            campaign_id=to.campaign_id,
            campaign_name=campaign.name,
            start_date=campaign.start_date,
            end_date=campaign.end_date,
            clients=0,
            news=gain,
            unread=True,
            revision=1,
            created_at=now,
            renewed_at=now,
        )

    def _own(self, reader: Principal, notice_id: str) -> Notice | None:
        mine = self.advisors.get(notice_id) == reader.user_id and in_reach(reader, reader.user_id, reader.unit_path)
        return self.notices.get(notice_id) if mine else None

    def _is_shown(self, notice: Notice, reader: Principal) -> bool:
        campaign = self.campaigns[notice.campaign_id]
        mine = self._own(reader, notice.notice_id) is not None
        return mine and not campaign.archived and not campaign.deleted

    def _shown(self, notice: Notice, reader: Principal, today: date) -> Notice:
        campaign = self.campaigns[notice.campaign_id]
        clients = len(self._list(notice.campaign_id, reader, today))
        return replace(
            notice,
            campaign_name=campaign.name,
            start_date=campaign.start_date,
            end_date=campaign.end_date,
            clients=clients,
            news=min(notice.news, clients),
        )

    def _client(self, row: _Row) -> ClientToContact:
        known = self.known.get(row.told.client_id)
        named = known is not None and not known.erased
        return ClientToContact(
            follow_up_id=row.told.follow_up_id,
            client_id=row.told.client_id,
            name=known.name if known is not None and named else None,
            phone=known.phone if known is not None and named else None,
            potential=row.told.after.potential,
            entry_date=row.told.after.entry_date,
            contacted=row.contacted,
        )

    def _push(self, user: str, kind: Pushed, notice: str) -> None:
        self.last[user] = self.last.get(user, 0) + 1
        self.events.setdefault(user, []).append(StreamEvent(self.last[user], kind, notice))
