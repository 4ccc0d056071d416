"""Floor 5: the message transfer agent, which chooses gateways by address type, address space and cost."""

from msgcore.mta.listener import ArrivingMail, ContentCheck, IntakeLimits, ListenerSettings, Marked, Rate
from msgcore.mta.manager.retry import RetryPolicy
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.nexthop.counting import CountedSessions
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.node import ListenOn, Node
from msgcore.mta.node_events import (
    HopTurned,
    LoginRefused,
    MailRefused,
    MessageTaken,
    NodeEvent,
    RecipientSettled,
    ReportMade,
    SessionTurned,
)
from msgcore.mta.organization import RoutesEpoch
from msgcore.mta.queue.changes import Change, Changed
from msgcore.mta.queue.contract import QueueDepth, State, WaitingRecipient
from msgcore.mta.queue.restrict import (
    QueueConnector,
    QueueNextHop,
    QueueReason,
    QueueState,
    QueueTransferId,
    QueueTries,
)
from msgcore.mta.queue.tracking import EventKind, Track, TrackingEvent
from msgcore.mta.reports.settings import ReportSettings
from msgcore.mta.routing.changes import MovedRecipient, Share, Simulation, TableChange, compare_tables, simulate
from msgcore.mta.routing.check import TableFinding, check_table
from msgcore.mta.routing.circles import check_circles
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Candidate, Decision, Reason
from msgcore.mta.routing.picture import draw_mermaid, draw_svg
from msgcore.mta.routing.route import LinkState, MessageFacts, RouteTable
from msgcore.mta.routing.schedule import Schedule
from msgcore.mta.routing.spaces import AddressSpace
from msgcore.mta.routing.toml_table import load_routes, read_routes, write_routes
from msgcore.mta.routing.verdict import Verdict
from msgcore.mta.trust.keys import generate_key
from msgcore.mta.trust.settings import DkimKey, TrustSettings
from msgcore.mta.trust.signer import KeyFinding
from msgcore.runtime.dns import DnsSettings

__all__ = [
    "AddressSpace",
    "ArrivingMail",
    "Candidate",
    "Change",
    "Changed",
    "Connector",
    "ContentCheck",
    "CountedSessions",
    "Decision",
    "DkimKey",
    "DnsSettings",
    "EventKind",
    "HopTurned",
    "IntakeLimits",
    "KeyFinding",
    "LinkState",
    "ListenOn",
    "ListenerSettings",
    "LoginRefused",
    "MailRefused",
    "ManagerSettings",
    "Marked",
    "MessageFacts",
    "MessageTaken",
    "MovedRecipient",
    "Node",
    "NodeEvent",
    "OutboundSettings",
    "QueueConnector",
    "QueueDepth",
    "QueueNextHop",
    "QueueReason",
    "QueueState",
    "QueueTransferId",
    "QueueTries",
    "Rate",
    "Reason",
    "RecipientSettled",
    "ReportMade",
    "ReportSettings",
    "RetryPolicy",
    "RouteTable",
    "RoutesEpoch",
    "Schedule",
    "SessionTurned",
    "Share",
    "Simulation",
    "State",
    "TableChange",
    "TableFinding",
    "Track",
    "TrackingEvent",
    "TrustSettings",
    "Verdict",
    "WaitingRecipient",
    "check_circles",
    "check_table",
    "compare_tables",
    "draw_mermaid",
    "draw_svg",
    "generate_key",
    "load_routes",
    "read_routes",
    "simulate",
    "write_routes",
]
