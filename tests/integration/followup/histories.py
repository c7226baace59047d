"""What the server says of an execution: how much it has written, and which events."""

from collections import Counter
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

FAILED_TASKS = ("WORKFLOW_TASK_FAILED", "WORKFLOW_TASK_TIMED_OUT")


@dataclass(frozen=True, slots=True)
class Size:
    """The size of one execution, as the server counts it."""

    events: int
    transitions: int
    size: int

    def __sub__(self, other: "Size") -> "Size":
        return Size(self.events - other.events, self.transitions - other.transitions, self.size - other.size)


async def size_of(handle: WorkflowHandle[object, object]) -> Size:
    """Its events, state transitions and bytes so far."""
    info = (await handle.describe()).raw_description.workflow_execution_info
    return Size(info.history_length, info.state_transition_count, info.history_size_bytes)


async def events_of(handle: WorkflowHandle[object, object]) -> Counter[str]:
    """How often each kind of event is in its history."""
    history = await handle.fetch_history()
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)
