"""The metrics of an MTA, by name: what each counts, and by which labels.

Labels have few values by nature: connectors of the table of routes, outcomes, statuses of replies; never a domain.
"""

from __future__ import annotations

from typing import Literal

import attrs

__all__ = [
    "ACCEPT_SECONDS",
    "BY_NAME",
    "DELIVERIES",
    "DELIVERY_SECONDS",
    "FAMILIES",
    "HOPS_DOWN",
    "HOPS_TURNED",
    "MESSAGES_TAKEN",
    "OCTETS_DELIVERED",
    "OCTETS_TAKEN",
    "OLDEST_DUE_SECONDS",
    "PROCESS_CPU_SECONDS",
    "PROCESS_OPEN_FILES",
    "PROCESS_RESIDENT_OCTETS",
    "QUEUE_RECIPIENTS",
    "RECIPIENTS_ABSORBED",
    "RECIPIENTS_TAKEN",
    "REFUSALS",
    "REPORTS",
    "SESSIONS",
    "SESSIONS_OPEN",
    "WORKERS",
    "WORKERS_RESTARTED",
    "Family",
]


@attrs.frozen
class Family:
    """Samples of one name. ``buckets`` are the upper bounds of a histogram, without the last, which is infinite."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    text: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_ACCEPT = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0, 120.0)
_DELIVERY = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 1_800.0, 3_600.0, 14_400.0, 86_400.0, 432_000.0)

SESSIONS = Family("msgcore_sessions_total", "counter", "Sessions of clients that have begun.", ("service",))
SESSIONS_OPEN = Family("msgcore_sessions_open", "gauge", "Sessions of clients that are open.", ("service",))
MESSAGES_TAKEN = Family("msgcore_messages_taken_total", "counter", "Messages taken into the queue.", ("service",))
RECIPIENTS_TAKEN = Family(
    "msgcore_recipients_taken_total", "counter", "Recipients of messages taken into the queue.", ("service",)
)
OCTETS_TAKEN = Family("msgcore_taken_bytes_total", "counter", "Size of messages taken into the queue.", ("service",))
ACCEPT_SECONDS = Family(
    "msgcore_accept_seconds", "histogram", "From the last octet of a message to its place in the queue.", (), _ACCEPT
)
REFUSALS = Family(
    "msgcore_refusals_total",
    "counter",
    "Senders, recipients and messages that a listener refused, by command and status of the reply.",
    ("service", "command", "status"),
)
DELIVERIES = Family(
    "msgcore_deliveries_total", "counter", "Tries to deliver to a recipient, by outcome.", ("connector", "outcome")
)
OCTETS_DELIVERED = Family(
    "msgcore_delivered_bytes_total",
    "counter",
    "Size of messages delivered, once for each recipient.",
    ("connector",),
)
DELIVERY_SECONDS = Family(
    "msgcore_delivery_seconds", "histogram", "From a message's place in the queue to a recipient's end.", (), _DELIVERY
)
REPORTS = Family("msgcore_reports_total", "counter", "Reports made, by what they say.", ("kind",))
RECIPIENTS_ABSORBED = Family("msgcore_absorbed_total", "counter", "Recipients that failed and of whom nobody is told.")
HOPS_TURNED = Family("msgcore_hop_turns_total", "counter", "Next hops found down, or up again.", ("connector", "state"))
HOPS_DOWN = Family("msgcore_hops_down", "gauge", "Next hops that are down.", ("connector",))
QUEUE_RECIPIENTS = Family("msgcore_queue_recipients", "gauge", "Recipients in the queue.", ("state",))
OLDEST_DUE_SECONDS = Family("msgcore_queue_oldest_due_seconds", "gauge", "How late the first is that is due.")
WORKERS = Family("msgcore_workers", "gauge", "Processes that work.", ("state",))
WORKERS_RESTARTED = Family("msgcore_worker_restarts_total", "counter", "Workers that ended and were started again.")
PROCESS_CPU_SECONDS = Family("msgcore_process_cpu_seconds_total", "counter", "CPU time used.", ("process",))
PROCESS_RESIDENT_OCTETS = Family("msgcore_process_resident_memory_bytes", "gauge", "Memory in use.", ("process",))
PROCESS_OPEN_FILES = Family("msgcore_process_open_fds", "gauge", "Open descriptors.", ("process",))

FAMILIES = tuple(one for one in list(vars().values()) if isinstance(one, Family))
BY_NAME = {one.name: one for one in FAMILIES}
