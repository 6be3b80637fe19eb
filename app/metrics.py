"""What is counted for the operator, as Prometheus reads it. Labels never name a person or a place.

With several workers each writes to the folder that `PROMETHEUS_MULTIPROC_DIR` names, and whichever
worker is asked adds them up.
"""

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from app.settings import FIGURES_FOLDER

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

registry = CollectorRegistry()

requests_answered = Counter(
    "linli_requests", "Requests answered.", ["method", "route", "status"], registry=registry
)
request_seconds = Histogram(
    "linli_request_seconds",
    "How long an answer took, in seconds.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=registry,
)
requests_running = Gauge(
    "linli_requests_running",
    "Requests being answered now.",
    registry=registry,
    multiprocess_mode="livesum",
)
connections_open = Gauge(
    "linli_database_connections_open",
    "Database connections that are open.",
    registry=registry,
    multiprocess_mode="livesum",
)
connections_idle = Gauge(
    "linli_database_connections_idle",
    "Database connections that wait for work.",
    registry=registry,
    multiprocess_mode="livesum",
)
jobs_run = Counter(
    "linli_jobs",
    "Runs of a periodic job, by how they ended.",
    ["job", "outcome"],
    registry=registry,
)
messages = Counter(
    "linli_messages",
    "Deliveries of messages tried, by way and by how that ended.",
    ["way", "outcome"],
    registry=registry,
)
messages_standing = Gauge(
    "linli_messages_standing",
    "Deliveries that wait, and those given up in the last seven days.",
    ["way", "state"],
    registry=registry,
    multiprocess_mode="mostrecent",
)


def report() -> bytes:
    """Return the figures of this process, or of all workers together."""
    if FIGURES_FOLDER in os.environ:
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library's
        return generate_latest(together)
    return generate_latest(registry)
