"""What the follow-up service hears by NATS: events of other services, and questions."""

from services.followup.consumers.calendars import hear_calendar
from services.followup.consumers.comparing import answer_comparisons
from services.followup.consumers.direct_door import DirectDoor
from services.followup.consumers.events import listen
from services.followup.consumers.questions import Questions, answer_questions
from services.followup.consumers.signals import hear_signals
from services.followup.consumers.work import answer_work

__all__ = [
    "DirectDoor",
    "Questions",
    "answer_comparisons",
    "answer_questions",
    "answer_work",
    "hear_calendar",
    "hear_signals",
    "listen",
]
