"""What the follow-up service needs, and the values that pass between its parts."""

from services.followup.ports.campaigns import CampaignService, Definitions, People, Settling, Targeting
from services.followup.ports.commands import (
    Admission,
    CommandLog,
    KeptSignal,
    Known,
    Leased,
    NewCommand,
    Outcome,
    Recorded,
    Verdict,
    VerdictKind,
)
from services.followup.ports.engine import NOT_FOUND, UNCLEAR, Engine, EngineAnswer
from services.followup.ports.previewing import Previewing
from services.followup.ports.reading import FollowUpFilter, FollowUpRow, Reading, TimelineEntry

__all__ = [
    "NOT_FOUND",
    "UNCLEAR",
    "Admission",
    "CampaignService",
    "CommandLog",
    "Definitions",
    "Engine",
    "EngineAnswer",
    "FollowUpFilter",
    "FollowUpRow",
    "KeptSignal",
    "Known",
    "Leased",
    "NewCommand",
    "Outcome",
    "People",
    "Previewing",
    "Reading",
    "Recorded",
    "Settling",
    "Targeting",
    "TimelineEntry",
    "Verdict",
    "VerdictKind",
]
