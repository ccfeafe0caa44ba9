"""What a host says about itself: metrics, traces, logs, and whether it is ready."""

from tiny_client.observe.metrics import HostMetrics
from tiny_client.observe.observer import HostObserver
from tiny_client.observe.readiness import Readiness, Verdict
from tiny_client.observe.server_timing import server_timing
from tiny_client.observe.settings import ObserveSettings

__all__ = [
    "HostMetrics",
    "HostObserver",
    "ObserveSettings",
    "Readiness",
    "Verdict",
    "server_timing",
]
