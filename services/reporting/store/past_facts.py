"""Follow-ups as of a past day, grouped by what the formulas ask of them: a large campaign is a few hundred rows.

The state that a fact carries is the follow-up's as of the day, by the last fact recorded by then. By date of happening
it is, too, wherever the facts that had happened come before those that had not; the others are folded one by one.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Date,
    Numeric,
    Row,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.ports.reading import AsOf, Axis, Scope
from services.reporting.ports.standing import Shape
from services.reporting.store.past_reach import Among, among
from services.reporting.store.places import places_before
from services.reporting.store.reach import is_within
from services.reporting.store.shaping import AS_THEY_COME, entries_as_they_come
from services.reporting.tables import facts, follow_ups
from services.reporting.use_cases.record_facts import ACTIVITY
from services.reporting.use_cases.standing import Standing, shape_of
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import Closing, FollowUp
from shared.rulebook.happening import Happened, NumberedState, as_happened

_FACT = TypeAdapter(Fact)
_STATE = TypeAdapter(FollowUp)
_CHUNK = 200
"""Follow-ups folded at a time: others have their turn in between."""
_NOBODY = ""


async def standings(
    connection: AsyncConnection, as_of: AsOf, scope: Scope, campaign_ids: Sequence[str], *, by_advisor: bool = False
) -> list[Standing]:
    """The follow-ups within the scope as of the day; of all advisors together unless `by_advisor`."""
    if not campaign_ids:
        return []
    theirs = await among(connection, as_of, scope)
    known = known_as_of(as_of, scope, theirs, campaign_ids)
    rows = (await connection.execute(_grouped(as_of, theirs, known, by_advisor=by_advisor))).all()
    found = [_standing(row) for row in rows]
    if as_of.axis is Axis.HAPPENED:
        found += await _folded(connection, as_of, scope, known, by_advisor=by_advisor)
    return found


def known_as_of(
    as_of: AsOf, scope: Scope, theirs: Among, campaign_ids: Sequence[str], *, activity: bool = False
) -> Subquery:
    """Per follow-up: the number of the last fact as of the day, unplanned interactions done, whether to fold.

    With `activity` also when something was last done by then.
    """
    columns = facts.c
    recorded = as_of.axis is Axis.RECORDED
    by_then = columns.recorded_at < as_of.end if recorded else columns.happened_on <= as_of.day
    last = func.max(columns.number).filter(by_then)
    done = and_(by_then, columns.kind.in_(_ACTIVITY), columns.occurred_at < as_of.end)
    done_at = [func.max(columns.occurred_at).filter(done).label("last_activity")] if activity else []
    known = (
        select(
            columns.follow_up_id,
            last.label("number"),
            func.coalesce(func.sum(_UNPLANNED).filter(by_then), 0).label("interactions"),
            literal(value=False).label("folds") if recorded else _folds(as_of, last).label("folds"),
            *done_at,
        )
        .where(columns.campaign_id.in_(campaign_ids), *_candidates(scope, theirs, campaign_ids))
        .group_by(columns.follow_up_id)
    )
    return (known.where(by_then) if recorded else known.having(last.is_not(None))).subquery("known")


def _folds(as_of: AsOf, last: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether something that had happened was recorded after what had not, or the conclusion amended since.

    A client counts as targeted no later than what was recorded, so that the first fact is left out.
    """
    columns = facts.c
    ahead = func.min(columns.number).filter(columns.happened_on > as_of.day, columns.number > 1)
    amended = func.max(columns.number).filter(columns.kind == FactKind.CONCLUSION_AMENDED.value)
    return or_(func.coalesce(ahead < last, False), func.coalesce(amended > last, False))


def _candidates(scope: Scope, theirs: Among, campaign_ids: Sequence[str]) -> list[ColumnElement[bool]]:
    """Only follow-ups that ever were an advisor's within the scope are looked at, and only those of the client."""
    found: list[ColumnElement[bool]] = []
    if scope.client_id is not None:
        own = select(follow_ups.c.follow_up_id).where(follow_ups.c.client_id == scope.client_id)
        found.append(facts.c.follow_up_id.in_(own))
    elif theirs.advisor_ids is not None:
        ever = facts.alias("ever")
        held = select(ever.c.follow_up_id).where(
            ever.c.fact["advisor_id"].astext.is_not(None),
            ever.c.campaign_id.in_(campaign_ids),
            theirs.holds(ever.c.advisor_id),
        )
        found.append(facts.c.follow_up_id.in_(held))
    return found


def _grouped(as_of: AsOf, theirs: Among, known: Subquery, *, by_advisor: bool) -> Select[Any]:
    after, entries = facts.c.after, entries_shaped()
    closing = after["closing"].astext
    shapes = (
        select(
            facts.c.campaign_id,
            (cast(facts.c.advisor_id, String) if by_advisor else literal(_NOBODY)).label("advisor_id"),
            closing.label("closing"),
            after[("conclusion", "kind")].astext.label("kind"),
            after["closed_position"].astext.label("closed_position"),
            and_(closing.is_(None), cast(after["entry_date"].astext, Date) > as_of.day).label("waiting"),
            entries.label("entries"),
            after["overdue_step"].astext.label("overdue_step"),
            known.c.interactions,
            euros(after["initial_potential"].astext).label("initial_potential"),
            euros(after["potential"].astext).label("potential"),
            func.coalesce(euros(after[("conclusion", "collected")].astext), 0).label("collected"),
        )
        .join(known, and_(known.c.follow_up_id == facts.c.follow_up_id, known.c.number == facts.c.number))
        .where(
            ~known.c.folds,
            closing.is_distinct_from(Closing.WITHDRAWN.value),
            theirs.holds(facts.c.advisor_id),
        )
        .subquery("shapes")
    )
    alike = [shapes.c[name] for name in ("campaign_id", "advisor_id", *_SHAPED)]
    summed = [func.sum(shapes.c[name]).label(name) for name in ("interactions", *_SUMMED)]
    return select(*alike, func.count().label("clients"), *summed).group_by(*alike)


def entries_shaped() -> ColumnElement[Any]:
    """Steps, states and first versions of the entries after a fact."""
    return literal_column(AS_THEY_COME.format(after="facts.after"), facts.c.after.type)


async def _folded(
    connection: AsyncConnection, as_of: AsOf, scope: Scope, known: Subquery, *, by_advisor: bool
) -> list[Standing]:
    """Those whose facts happened in another order than they were recorded in."""
    wanted = select(known.c.follow_up_id).where(known.c.folds).order_by(known.c.follow_up_id)
    follow_up_ids = (await connection.execute(wanted)).scalars().all()
    if not follow_up_ids:
        return []
    paths = await paths_as_of(connection, as_of)
    sums: dict[tuple[str, str, Shape], list[Any]] = defaultdict(lambda: [0, 0, Decimal(0), Decimal(0), Decimal(0)])
    async for _, campaign_id, happened in histories(connection, as_of, follow_up_ids):
        state = happened.state
        if state.closing is Closing.WITHDRAWN or not is_within(
            scope, state.advisor_id, paths.get(state.advisor_id, ())
        ):
            continue
        collected = Decimal(0) if state.conclusion is None else state.conclusion.collected
        key = (campaign_id, state.advisor_id if by_advisor else _NOBODY, shape_of(state, as_of.day))
        adds = (1, happened.interactions, state.initial_potential, state.potential, collected)
        sums[key] = [held + more for held, more in zip(sums[key], adds, strict=True)]
    return [
        Standing(
            campaign_id=campaign_id,
            advisor_id=advisor_id,
            shape=shape,
            clients=clients,
            interactions=interactions,
            initial_potential=initial,
            potential=potential,
            collected=collected,
        )
        for (campaign_id, advisor_id, shape), (clients, interactions, initial, potential, collected) in sums.items()
    ]


async def histories(
    connection: AsyncConnection, as_of: AsOf, follow_up_ids: Sequence[str]
) -> AsyncIterator[tuple[str, str, Happened]]:
    """Id, campaign and state of each follow-up that is to be folded, some at a time."""
    columns = facts.c
    for start in range(0, len(follow_up_ids), _CHUNK):
        chunk = (
            select(columns.follow_up_id, columns.campaign_id, columns.number, columns.fact, columns.after)
            .where(columns.follow_up_id.in_(follow_up_ids[start : start + _CHUNK]))
            .order_by(columns.follow_up_id)
        )
        rows = (await connection.execute(chunk)).all()
        for follow_up_id, told in groupby(rows, key=lambda row: row.follow_up_id):
            history = list(told)
            happened = as_happened([_numbered(row) for row in history], as_of.day)
            if happened is not None:
                yield follow_up_id, history[0].campaign_id, happened


async def paths_as_of(connection: AsyncConnection, as_of: AsOf) -> Mapping[str, tuple[str, ...]]:
    """The units above each advisor as of the day, from the top."""
    found = await connection.execute(select(places_before(as_of.end)))
    return {row.user_id: tuple(row.unit_path) for row in found}


def _numbered(row: Any) -> NumberedState:
    return NumberedState(row.number, _FACT.validate_python(row.fact), lambda: _STATE.validate_python(row.after))


def _standing(row: Row[Any]) -> Standing:
    entries = entries_as_they_come(row.entries)
    return Standing(
        campaign_id=row.campaign_id,
        advisor_id=row.advisor_id,
        shape=Shape(row.closing, row.kind, row.closed_position, row.waiting, entries, row.overdue_step),
        clients=row.clients,
        interactions=int(row.interactions),
        initial_potential=row.initial_potential,
        potential=row.potential,
        collected=row.collected,
    )


def euros(amount: ColumnElement[Any]) -> ColumnElement[Decimal]:
    """An amount from its text."""
    return cast(amount, Numeric(18, 2))


_SHAPED = ("closing", "kind", "closed_position", "waiting", "entries", "overdue_step")
_ACTIVITY = sorted(ACTIVITY)
_SUMMED = ("initial_potential", "potential", "collected")
_OF_INTERACTIONS = (FactKind.INTERACTION_RECORDED, FactKind.INTERACTION_COMPLETED, FactKind.INTERACTION_REOPENED)
_UNPLANNED = case(
    (facts.c.kind.not_in([kind.value for kind in _OF_INTERACTIONS]), 0),
    (facts.c.fact["step_id"].astext.is_not(None), 0),
    (facts.c.kind == FactKind.INTERACTION_REOPENED.value, -1),
    else_=1,
)
