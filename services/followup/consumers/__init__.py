"""What the follow-up service hears by NATS: events of other services, and questions."""

from services.followup.consumers.direct_door import DirectDoor
from services.followup.consumers.events import listen
from services.followup.consumers.questions import Questions, answer_questions

__all__ = ["DirectDoor", "Questions", "answer_questions", "listen"]
