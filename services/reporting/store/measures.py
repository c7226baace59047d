"""What reporting counts for operators."""

from prometheus_client import Counter, Gauge

from shared.runtime.metrics import REGISTRY

DIFFERENCES = Counter(
    "jalon_reporting_differences",
    "Differences found: counters, facts and states of follow-ups, executions",
    ("kind",),
    registry=REGISTRY,
)
REPAIRED = Counter(
    "jalon_reporting_differences_repaired", "Those of them that were repaired by replay", ("kind",), registry=REGISTRY
)
RECONCILED_AT = Gauge(
    "jalon_reporting_reconciled_timestamp_seconds", "When the last reconciliation ended here", registry=REGISTRY
)
LIVE_STREAMS = Gauge("jalon_reporting_live_streams", "Open streams of live figures", registry=REGISTRY)
CONTRADICTIONS = Counter(
    "jalon_reporting_contradictions", "Facts that came again with other content", registry=REGISTRY
)
