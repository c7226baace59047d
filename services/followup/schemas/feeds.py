"""The address of a calendar feed as it is told."""

from pydantic import AwareDatetime, BaseModel


class FeedAddressOut(BaseModel):
    """Told once: whoever knows the address reads the calendar."""

    address: str
    made_at: AwareDatetime


class FeedOut(BaseModel):
    """Whether the user's calendar has an address, and since when."""

    present: bool
    made_at: AwareDatetime | None
