"""What the campaign service's use cases need: its own records, people's rights, and the follow-up service."""

from services.campaign.ports.neighbours import (
    Calendars,
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
from services.campaign.ports.targeting import (
    Chunk,
    Entering,
    Found,
    Job,
    JobKind,
    JobsWanted,
    Skipped,
    SkipReason,
    Standing,
    TargetedRow,
    TargetedSort,
    TargetedWanted,
    TargetItem,
)
from services.campaign.ports.values import Campaign, Listed, ListSort, Wanted

__all__ = [
    "Calendars",
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
    "JobKind",
    "JobsWanted",
    "ListSort",
    "Listed",
    "People",
    "Replicas",
    "SkipReason",
    "Skipped",
    "Standing",
    "TargetItem",
    "TargetedRow",
    "TargetedSort",
    "TargetedWanted",
    "Wanted",
    "Working",
]
