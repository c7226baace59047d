"""Figures are always those of the facts: counters recomputed, and facts read again from their owner (spec 8.10)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.reporting.ports.counting import Check, Checks, FactSource, Ledgers, Refill
from services.reporting.use_cases.record_facts import record_facts
from shared.rulebook.access import Action, Principal, may

_PAGE = 500


async def ask_check(checks: Checks, reader: Principal, now: datetime, *, refill: bool) -> tuple[int, int | None]:
    """Have all counters recomputed and, if asked, all facts read again; the campaigns, and the filling's number.

    Raises Forbidden `right_missing`.
    """
    may(reader, Action.CHECK_FIGURES)
    number = await checks.ask_refill(reader.user_id, now) if refill else None
    return await checks.ask(reader.user_id, now), number


async def latest_checks(checks: Checks, reader: Principal) -> tuple[Sequence[Check], Refill | None]:
    """The last check of each campaign, and the filling under way. Raises Forbidden `right_missing`."""
    may(reader, Action.CHECK_FIGURES)
    return await checks.latest(), await checks.refill()


async def refill_page(checks: Checks, source: FactSource, ledgers: Ledgers, now: datetime) -> Refill | None:
    """Take one page of the oldest unfinished filling, so that a killed process goes on where it was; None for none."""
    under_way = await checks.refill()
    if under_way is None:
        return None
    page = await source.page(under_way.after_seq, _PAGE)
    added = await record_facts(ledgers, page.facts) if page.facts else 0
    reached = replace(under_way, after_seq=page.last_seq, added=under_way.added + added, ended=page.complete)
    await checks.advance_refill(reached, now)
    return reached
