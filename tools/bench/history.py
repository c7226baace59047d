"""What calls cost in the engine's histories, as the server itself counts."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from temporalio.client import Client

_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Size:
    """Of some histories together."""

    events: int
    transitions: int
    size: int

    def per(self, earlier: "Size", calls: int) -> tuple[float, float, float]:
        """Events, state transitions and bytes of one of the calls since then."""
        return (
            (self.events - earlier.events) / calls,
            (self.transitions - earlier.transitions) / calls,
            (self.size - earlier.size) / calls,
        )


def sample(ids: Sequence[str]) -> Sequence[str]:
    """Some executions, spread over all."""
    return ids[:: max(1, len(ids) // _SAMPLE)]


async def sizes(client: Client, ids: Sequence[str]) -> Size:
    """The sizes of these executions' histories, summed."""
    described = await asyncio.gather(*(client.get_workflow_handle(one).describe() for one in ids))
    infos = [found.raw_description.workflow_execution_info for found in described]
    return Size(
        events=sum(info.history_length for info in infos),
        transitions=sum(info.state_transition_count for info in infos),
        size=sum(info.history_size_bytes for info in infos),
    )
