"""What the campaign service's use cases need: its own records, people's rights, and the follow-up service."""

from services.campaign.ports.neighbours import (
    Clock,
    Files,
    FollowUps,
    People,
)
from services.campaign.ports.records import (
    Campaigns,
    Changing,
    Replicas,
    Working,
)
from services.campaign.ports.values import (
    Campaign,
    Chunk,
    Entering,
    Found,
    Job,
    Listed,
    ListSort,
    Skipped,
    SkipReason,
    TargetedRow,
    TargetItem,
    Wanted,
)

__all__ = [
    "Campaign",
    "Campaigns",
    "Changing",
    "Chunk",
    "Clock",
    "Entering",
    "Files",
    "FollowUps",
    "Found",
    "Job",
    "ListSort",
    "Listed",
    "People",
    "Replicas",
    "SkipReason",
    "Skipped",
    "TargetItem",
    "TargetedRow",
    "Wanted",
    "Working",
]
