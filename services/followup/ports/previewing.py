"""What an edit would do to open follow-ups, as the follow-up service needs it."""

from typing import Protocol

from shared.contracts.followup import EditPreviewed, PreviewEdit


class Previewing(Protocol):
    """Looks at open follow-ups as they are recorded now."""

    async def preview(self, question: PreviewEdit) -> EditPreviewed:
        """One page of the effects; nothing is changed or reserved."""
