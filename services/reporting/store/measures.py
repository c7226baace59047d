"""What reporting counts for operators."""

from prometheus_client import Counter

from shared.runtime.metrics import REGISTRY

DIFFERENCES = Counter("jalon_reporting_differences", "Counters found not to be what the facts say", registry=REGISTRY)
CONTRADICTIONS = Counter(
    "jalon_reporting_contradictions", "Facts that came again with other content", registry=REGISTRY
)
