"""What an advisor has to do, told to whoever writes to them (docs/domain.md, What there is to do)."""

from collections.abc import Sequence
from datetime import date

from services.followup.ports import DueFilter, DueLists, FollowUpRow, Rights, ToDoFilter, ToDoKind, ToDoLists
from services.followup.use_cases.show_follow_up import to_do_of
from shared.contracts.to_do import WorkFound, WorkItem, WorkOf
from shared.rulebook.standing import position
from shared.runtime.clock import Clock


class TellWork:
    """An advisor's own clients, as far as the rights of this moment reach; managers are not told those of others."""

    def __init__(self, lists: ToDoLists, due: DueLists, rights: Rights, clock: Clock) -> None:
        self._lists = lists
        self._due = due
        self._rights = rights
        self._clock = clock

    async def of(self, asked: WorkOf) -> WorkFound:
        """Counts and first rows; nothing for somebody without rights."""
        principal, today = await self._rights.principal(asked.user_id), self._clock.today()
        if principal is None:
            return WorkFound()
        own = ToDoFilter(today=today, advisor_id=asked.user_id, limit=asked.limit)
        counts = await self._lists.counts(principal, own)
        due = DueFilter(by=today, today=today, advisor_id=asked.user_id, limit=asked.limit)
        return WorkFound(
            late=counts.late,
            today=counts.today,
            offered=counts.offered,
            conclusion=counts.conclusion,
            due_items=_due_items(await self._due.due(principal, due)),
            offered_items=_items(ToDoKind.OFFERED, await self._lists.page(principal, ToDoKind.OFFERED, own)),
            conclusion_items=_items(ToDoKind.CONCLUSION, await self._lists.page(principal, ToDoKind.CONCLUSION, own)),
        )


def _due_items(rows: Sequence[FollowUpRow]) -> tuple[WorkItem, ...]:
    found = []
    for row in rows:
        at = position(row.state, row.definition.plan())
        step = next((step for step in row.definition.steps if step.id == at), None)
        if step is not None and row.due_on is not None:
            found.append(_item(row, step.title, row.due_on))
    return tuple(found)


def _items(kind: ToDoKind, rows: Sequence[FollowUpRow]) -> tuple[WorkItem, ...]:
    found = [(row, to_do_of(kind, row)) for row in rows]
    return tuple(_item(row, one[0].title, one[1]) for row, one in found if one is not None)


def _item(row: FollowUpRow, step_title: str, on: date) -> WorkItem:
    return WorkItem(
        follow_up_id=row.follow_up_id,
        client_name=row.client_name,
        campaign_name=row.definition.name,
        step_title=step_title,
        on=on,
    )
