"""The tables of reporting; only its store and its migrations touch them."""

from services.reporting.tables.comparing import (
    figure_changes,
    figure_clock,
    reconciliation_differences,
    reconciliations,
)
from services.reporting.tables.figures import (
    amount_counters,
    campaign_versions,
    campaigns,
    checks,
    documents,
    exports,
    facts,
    follow_ups,
    metadata,
    refills,
    shares,
    step_counters,
)
from services.reporting.tables.people import advisor_places, advisors, clients, units

__all__ = [
    "advisor_places",
    "advisors",
    "amount_counters",
    "campaign_versions",
    "campaigns",
    "checks",
    "clients",
    "documents",
    "exports",
    "facts",
    "figure_changes",
    "figure_clock",
    "follow_ups",
    "metadata",
    "reconciliation_differences",
    "reconciliations",
    "refills",
    "shares",
    "step_counters",
    "units",
]
