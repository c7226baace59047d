"""What there is to do, kept beside each follow-up (ADR 0084): columns that follow from its state and the plan."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.store.rows import STATE
from shared.contracts.campaign import CampaignDefined
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.steps import Plan
from shared.rulebook.to_do import to_do
from shared.runtime.database import Database

_PAGE = 500
# One at a time over all replicas; recording facts waits for a page's rows only.
_ALONE = sa.text("select pg_try_advisory_xact_lock(hashtext('followup'), hashtext('to do'))")
_BEHIND = sa.text(
    """
    select campaign_id::text, version, definition::text, to_do_plan,
           case when to_do_reaching = version then to_do_after end as after
    from campaigns where to_do_version < version and not deleted
    order by campaign_id limit 1
    """
)
# Who was only targeted has completed nothing: such rows are not read.
_ROWS = sa.text(
    """
    select follow_up_id::text, state::text from follow_ups
    where campaign_id = :campaign_id and closing is null and number > 1
      and (cast(:after as uuid) is null or follow_up_id > cast(:after as uuid))
    order by follow_up_id limit :limit for no key update
    """
)
_WRITE = sa.text(
    """
    update follow_ups f
    set offered_step = n.offered_step, offered_on = n.offered_on, concludes_since = n.concludes_since
    from jsonb_to_recordset(cast(:rows as jsonb))
        as n(follow_up_id uuid, offered_step text, offered_on date, concludes_since date)
    where f.follow_up_id = n.follow_up_id
      and (f.offered_step, f.offered_on, f.concludes_since)
          is distinct from (n.offered_step, n.offered_on, n.concludes_since)
    """
)
_REACHED = sa.text(
    """
    update campaigns set to_do_reaching = :version, to_do_after = cast(:after as uuid)
    where campaign_id = :campaign_id
    """
)
_DONE = sa.text(
    """
    update campaigns set to_do_version = :version, to_do_plan = :plan, to_do_after = null
    where campaign_id = :campaign_id
    """
)


class PostgresToDo:
    """See `ports.KeepToDo`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look_again(self) -> int:
        """See the port. A page is one transaction."""
        async with self._database.transaction() as conn:
            if not (await conn.execute(_ALONE)).scalar_one():
                return 0
            behind = (await conn.execute(_BEHIND)).mappings().one_or_none()
            return 0 if behind is None else await _page(conn, behind)


async def _page(conn: AsyncConnection, behind: Any) -> int:
    which = {"campaign_id": behind["campaign_id"], "version": behind["version"]}
    plan = CampaignDefined.model_validate_json(behind["definition"]).plan()
    essence, rows = _essence(plan), []
    if essence != behind["to_do_plan"]:
        page = which | {"after": behind["after"], "limit": _PAGE}
        rows = list((await conn.execute(_ROWS, page)).mappings())
    if rows:
        said = [
            {"follow_up_id": row["follow_up_id"], **to_do_columns(STATE.validate_json(row["state"]), plan)}
            for row in rows
        ]
        await conn.execute(_WRITE, {"rows": json.dumps(said)})
    if len(rows) == _PAGE:
        await conn.execute(_REACHED, which | {"after": rows[-1]["follow_up_id"]})
    else:
        await conn.execute(_DONE, which | {"plan": essence})
    return max(len(rows), 1)


def to_do_columns(state: FollowUp, plan: Plan) -> dict[str, str | None]:
    """The three columns of a follow-up, as JSON has them."""
    found = to_do(state, plan)
    return {
        "offered_step": None if found.offered is None else found.offered.step_id,
        "offered_on": None if found.offered is None else found.offered.on.isoformat(),
        "concludes_since": None if found.conclusion is None else found.conclusion.on.isoformat(),
    }


def _essence(plan: Plan) -> str:
    """What of a plan decides on offers: a save that changes texts, dates or shares leaves all rows alone."""
    steps = [
        [step.id, step.mandatory, step.offers_next, [[e.version, sorted(e.after)] for e in step.exemptions]]
        for step in plan.steps
    ]
    return hashlib.sha256(json.dumps([plan.sales_step, steps]).encode()).hexdigest()
