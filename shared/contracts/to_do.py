"""What a person has to do, as the follow-up service tells it to whoever writes to them."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from shared.contracts.campaign import WireModel
from shared.contracts.directory import Id
from shared.contracts.wire import Answer, Question


class WorkOf(Question):
    """What is there to do for this advisor's own clients, within the rights of this moment?"""

    subject: ClassVar[str] = "questions.followup.work_of.v1"

    user_id: Id
    limit: int = Field(default=20, ge=1, le=100)
    """Of each list, so many at most."""


class WorkItem(WireModel):
    """One follow-up of a list, with the step and the day by which it stands there."""

    follow_up_id: str
    client_name: str | None
    campaign_name: str
    step_title: str
    on: date


class WorkFound(Answer):
    """How many of each, and the first of them: due (the late ones first), offered next, waiting for a conclusion."""

    late: int = 0
    today: int = 0
    offered: int = 0
    conclusion: int = 0
    due_items: tuple[WorkItem, ...] = ()
    offered_items: tuple[WorkItem, ...] = ()
    conclusion_items: tuple[WorkItem, ...] = ()
