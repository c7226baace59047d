"""The follow-up that somebody asks about, as far as it exists for them (spec 1.4)."""

from services.followup.ports import FollowUpRow, Reading
from shared.rulebook.access import Principal
from shared.rulebook.errors import NotVisible


async def visible(reading: Reading, reader: Principal, follow_up_id: str) -> FollowUpRow:
    """The follow-up; NotVisible `follow_up_unknown` when there is none within reach."""
    row = await reading.one(reader, follow_up_id)
    if row is None:
        raise NotVisible("follow_up_unknown")
    return row
