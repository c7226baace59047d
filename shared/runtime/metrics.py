"""The measures of one process, in one registry whatever number of roles it hosts."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

_FAST = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

HTTP_SECONDS = Histogram(
    "jalon_http_request_seconds",
    "Time to answer an HTTP request",
    ("service", "method", "route", "status"),
    buckets=_FAST,
    registry=REGISTRY,
)
OUTBOX_DEPTH = Gauge("jalon_outbox_depth", "Events written and not yet published", ("service",), registry=REGISTRY)
OUTBOX_AGE = Gauge("jalon_outbox_age_seconds", "Age of the oldest unpublished event", ("service",), registry=REGISTRY)
OUTBOX_PUBLISHED = Counter("jalon_outbox_published", "Events published by the relay", ("service",), registry=REGISTRY)
CONSUMED = Counter("jalon_consumed", "Messages consumed, by outcome", ("consumer", "outcome"), registry=REGISTRY)
BATCH_SECONDS = Histogram(
    "jalon_consumed_batch_seconds",
    "Time to handle one batch of messages",
    ("consumer",),
    buckets=_FAST,
    registry=REGISTRY,
)
QUESTION_SECONDS = Histogram(
    "jalon_question_seconds",
    "Time to answer a question from another service",
    ("question", "outcome"),
    buckets=_FAST,
    registry=REGISTRY,
)
LOOP_FAILURES = Counter(
    "jalon_loop_failures", "Background loops that failed and were restarted", ("loop",), registry=REGISTRY
)
INCIDENTS = Counter(
    "jalon_incidents", "Facts that contradict what is recorded, kept for operators", ("kind",), registry=REGISTRY
)
DIGESTS = Counter("jalon_digests", "Daily digests, by what became of them", ("state",), registry=REGISTRY)
RIGHTS_STALE = Counter("jalon_rights_stale", "Requests refused because rights were stale", registry=REGISTRY)


def exposition() -> bytes:
    """All measures in Prometheus's text format."""
    return generate_latest(REGISTRY)
