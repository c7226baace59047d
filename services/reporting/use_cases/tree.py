"""The detail tree: units in their depth, campaigns, advisors and clients in any nesting (spec 8.7; ADR 0076)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.reporting.ports.listing import ClientSums, FollowUpRows, Listed, Wanted
from services.reporting.ports.reading import Branch, CampaignSeen, Figures, Scope, Totals
from services.reporting.use_cases.seeing import visible_campaigns
from services.reporting.use_cases.tree_order import NodeSort, Placed, in_order
from shared.rulebook.errors import Invalid, NotVisible
from shared.rulebook.texts import folded


class Level(StrEnum):
    """What a node stands for."""

    UNIT = "unit"
    ADVISOR = "advisor"
    CAMPAIGN = "campaign"
    CLIENT = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node with the sums of all below it.

    Without an id it cannot be opened: its name is not the reader's to see, or it stands for what sits in its unit
    itself.
    """

    level: Level
    id: str | None
    name: str | None
    external_id: str | None = None
    share: Decimal | None = None
    """The shares of the target read here; those below add up to it."""
    totals: Totals
    opens: bool = True
    key: str | None = None
    follow_up: Listed | None = None
    """Where a client in a campaign stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branching:
    """Which level of which tree: `path` leads from the top to the node that is opened."""

    by: tuple[Level, ...]
    path: tuple[tuple[Level, str], ...]
    sort: NodeSort = NodeSort.NAME
    descending: bool = False
    text: str | None = None
    after: tuple[str, str] | None = None
    limit: int = 50

    def next_level(self) -> Level | None:
        """The level below the node, its own units apart. Raises Invalid `tree_path_invalid`."""
        order = [level for place, (level, _) in enumerate(self.path) if place == 0 or self.path[place - 1][0] != level]
        known = len(set(self.by)) == len(self.by) and order == list(self.by[: len(order)])
        twice = any(
            one[0] == other[0] and one[0] is not Level.UNIT
            for one, other in zip(self.path, self.path[1:], strict=False)
        )
        if not self.by or not known or twice:
            raise Invalid("tree_path_invalid")
        return self.by[len(order)] if len(order) < len(self.by) else None

    def fixed(self, level: Level) -> str | None:
        """The last node of that level on the path."""
        return next((one for at, one in reversed(self.path) if at is level), None)


async def read_level(  # noqa: PLR0917  what is asked and what reads it
    figures: Figures,
    rows: FollowUpRows,
    scope: Scope,
    today: date,
    campaigns: Sequence[CampaignSeen],
    branching: Branching,
) -> tuple[Sequence[Node], bool]:
    """The nodes of one level, and whether more follow. Raises NotVisible `not_visible`, Invalid `tree_path_invalid`."""
    following = branching.next_level()
    here = _opened(scope, branching)
    await visible_campaigns(figures, here)
    if (one := branching.fixed(Level.CAMPAIGN)) is not None:
        campaigns = [campaign for campaign in campaigns if campaign.campaign_id == one]
        if not campaigns:
            raise NotVisible("not_visible")
    level = _Level(figures, rows, here, today, campaigns, branching)
    nodes, more = await level.read(following)
    return [replace(node, opens=_opens(node, branching.by)) for node in nodes], more


def _opened(scope: Scope, branching: Branching) -> Scope:
    """The node within what the reader narrowed the figures to. Raises NotVisible `not_visible` for another one."""
    unit, advisor, client = (branching.fixed(level) for level in (Level.UNIT, Level.ADVISOR, Level.CLIENT))
    for node, narrowed in ((advisor, scope.advisor_id), (client, scope.client_id)):
        if node is not None and narrowed not in {None, node}:
            raise NotVisible("not_visible")
    return replace(
        scope,
        unit_id=unit or scope.unit_id,
        inside=None if unit is None else scope.unit_id,
        advisor_id=advisor or scope.advisor_id,
        client_id=client or scope.client_id,
    )


def _opens(node: Node, by: tuple[Level, ...]) -> bool:
    below = node.level is not by[-1] or (node.level is Level.UNIT and node.opens)
    return node.id is not None and below


class _Level:
    def __init__(  # noqa: PLR0917  what is asked and what reads it
        self,
        figures: Figures,
        rows: FollowUpRows,
        scope: Scope,
        today: date,
        campaigns: Sequence[CampaignSeen],
        branching: Branching,
    ) -> None:
        self._figures, self._rows, self._scope, self._today = figures, rows, scope, today
        self._campaigns, self._branching = campaigns, branching
        self._ids = [campaign.campaign_id for campaign in campaigns]

    async def read(self, following: Level | None) -> tuple[Sequence[Node], bool]:
        """Units below the unit first, then what sits in it itself."""
        path, units = self._branching.path, list[Node]()
        if path and path[-1][0] is Level.UNIT:
            units = await self._units(path[-1][1])
            self._scope = replace(self._scope, directly=True)
        elif following is Level.UNIT:
            units = await self._units(None)
        if following is Level.CLIENT:
            return await self._with_clients(units)
        if following is Level.ADVISOR:
            units += [_branch(Level.ADVISOR, one) for one in await self._by_advisor()]
        elif following is Level.CAMPAIGN:
            units += await self._by_campaign()
        elif following is None and units:
            units += await self._rest(Level.UNIT)
        return self._page(units)

    async def _units(self, parent: str | None) -> list[Node]:
        branches = await self._figures.by_unit(self._scope, self._ids, self._today)
        known = {branch.id for branch in branches}
        found = [one for one in branches if (one.parent_id == parent if parent else one.parent_id not in known)]
        nodes = [_branch(Level.UNIT, branch) for branch in found]
        return nodes if parent else nodes + await self._elsewhere(nodes)

    async def _elsewhere(self, nodes: Sequence[Node]) -> list[Node]:
        """Advisors whose unit is not known, or not below the reader's: what the units leave out."""
        left = _less(await self._whole(), nodes)
        return [Node(level=Level.UNIT, id=None, name=None, totals=left, opens=False)] if left != Totals() else []

    async def _rest(self, level: Level) -> list[Node]:
        totals, shares = await self._whole(), await self._figures.shares(self._scope, self._ids)
        share = sum(shares.values(), Decimal("0.00")) if shares else None
        there = totals != Totals() or share is not None
        return [Node(level=level, id=None, name=None, share=share, totals=totals, opens=False)] if there else []

    async def _whole(self) -> Totals:
        return _sum((await self._figures.totals(self._scope, self._ids, self._today)).values())

    async def _by_advisor(self) -> Sequence[Branch]:
        return await self._figures.by_advisor(self._scope, self._ids, self._today)

    async def _by_campaign(self) -> list[Node]:
        totals = await self._figures.totals(self._scope, self._ids, self._today)
        shares = await self._figures.shares(self._scope, self._ids)
        return [
            Node(
                level=Level.CAMPAIGN,
                id=one.campaign_id,
                name=one.name,
                share=shares.get(one.campaign_id),
                totals=totals.get(one.campaign_id, Totals()),
            )
            for one in self._campaigns
            if one.campaign_id in totals or one.campaign_id in shares
        ]

    async def _with_clients(self, units: list[Node]) -> tuple[Sequence[Node], bool]:
        """Units come before clients on the first page; clients are read page by page."""
        asked = self._branching
        before = [] if asked.after is not None else self._sorted(units)
        wanted = Wanted(scope=self._scope, campaign_ids=self._ids, today=self._today, text=asked.text)
        found = await self._rows.clients(
            wanted, asked.sort.of_clients(), descending=asked.descending, after=asked.after, limit=asked.limit + 1
        )
        nodes = [_client(one) for one in found[: asked.limit]]
        return [*before, *nodes], len(found) > asked.limit

    def _page(self, nodes: list[Node]) -> tuple[Sequence[Node], bool]:
        asked = self._branching
        ordered = self._sorted(nodes)
        start = 0
        if asked.after is not None:
            places = [(node.level, node.id or "") for node in ordered]
            last = next((place for place, told in enumerate(places) if told == asked.after), None)
            if last is None:
                raise Invalid("cursor_invalid")
            start = last + 1
        return ordered[start : start + asked.limit], len(ordered) > start + asked.limit

    def _sorted(self, nodes: list[Node]) -> list[Node]:
        asked = self._branching
        text = None if asked.text is None else folded(asked.text)
        kept = [node for node in nodes if text is None or text in folded(node.name or "")]
        placed = [Placed(node, node.name, node.id or "~", node.totals, node.share) for node in kept]
        ordered = in_order(placed, asked.sort, descending=asked.descending)
        return sorted(ordered, key=lambda node: (node.level is not Level.UNIT, node.id is None))


def _branch(level: Level, branch: Branch) -> Node:
    return Node(
        level=level,
        id=branch.id,
        name=branch.name,
        external_id=branch.external_id,
        share=branch.share,
        totals=branch.totals,
        opens=level is not Level.UNIT or not branch.leaf,
    )


def _client(one: ClientSums) -> Node:
    return Node(
        level=Level.CLIENT,
        id=one.client_id,
        name=one.name,
        external_id=one.external_id,
        totals=one.totals,
        key=one.key,
        follow_up=one.follow_ups[0] if len(one.follow_ups) == 1 else None,
    )


def _sum(totals: Any) -> Totals:
    nothing = Totals()
    held = list(totals)
    return Totals(
        **{
            one.name: sum((getattr(each, one.name) for each in held), getattr(nothing, one.name))
            for one in fields(Totals)
        }
    )


def _less(whole: Totals, nodes: Sequence[Node]) -> Totals:
    seen = _sum(node.totals for node in nodes)
    return Totals(**{one.name: getattr(whole, one.name) - getattr(seen, one.name) for one in fields(Totals)})
