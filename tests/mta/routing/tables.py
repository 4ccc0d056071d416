"""Route tables for tests: drawn at random, or written as lines."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, LinkState, MessageFacts, RouteTable, Schedule
from msgcore.mta.routing.selection import Policy

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
TYPES = ["SMTP", "MS"]
PATTERNS = {
    "SMTP": [
        *("*", "*@b.test", "*@*.b.test", "*@*.test", "bob@b.test", "b*@b.test", "*b@b.test", "*@x.b.test", "*@*t"),
        '*@*.x"@b.test',
    ],
    "MS": ["*", "NET/*", "NET/PO1/*", "NET/PO1/BOB", "*/BOB", "N*O1*B"],
}
RECIPIENTS = [
    *(Address("SMTP", text) for text in ("bob@b.test", "rob@b.test", "ann@x.b.test", "ann@c.test", "ann@y.z")),
    Address("SMTP", '"ann@y.x"@b.test'),
    *(Address("MS", text) for text in ("NET/PO1/BOB", "NET/PO1/ANN", "NET/PO2/BOB", "X/Y/Z")),
]


ANN, EVE = Address("SMTP", "ann@a.test"), Address("SMTP", "eve@e.test")
# 12:00 UTC on a Tuesday
OPEN, OPENS_AT_3, OPENS_AT_2, NEVER = (
    Schedule(windows) for windows in (["Tue 08:00-18:00"], ["15:00-16:00"], ["Tue 14:00-14:30"], [])
)
RESTRICTIONS: list[dict[str, Any]] = [
    {},
    {"is_enabled": False},
    {"max_size_octets": 10},
    {"only_from": ["*@a.test"]},
    {"never_from": ["eve@*"]},
    {"message_classes": ["IPM.Note", "REPORT"]},
    {"priorities": (0, 9)},
    {"capabilities": ["SMTPUTF8"]},
    {"needs_verdicts": ["dmarc=pass"]},
    {"refuses_verdicts": ["dmarc=fail", "policy=reject"]},
    {"leads_to": "north"},
    {"site": "north"},
    {"site": "south"},
    {"schedule": OPEN},
    {"schedule": OPENS_AT_3},
    {"schedule": OPENS_AT_2},
    {"schedule": NEVER},
    {"max_tries": 2},
    {"weight": 3},
    {"max_tries": 1, "schedule": OPEN, "site": "south", "capabilities": []},
]


PAIRS_OF_RESTRICTIONS = [one | other for one in RESTRICTIONS for other in RESTRICTIONS]
SPACE_FIELDS: list[tuple[int, list[str], bool]] = [
    *((cost, scope, falls) for cost in (1, 2, 3) for scope in ([], [], ["south", "lab"]) for falls in (False, True)),
    (1, ["north"], False),
]
SPACES = [
    AddressSpace(kind, pattern, cost, scope=scope, fallthrough=falls)
    for kind, patterns in PATTERNS.items()
    for pattern in patterns
    for cost, scope, falls in SPACE_FIELDS
]


@st.composite
def connectors(draw: st.DrawFn, name: str) -> Connector:
    its_spaces = draw(st.lists(st.sampled_from(SPACES), min_size=1, max_size=5, unique_by=str))
    return Connector(name, "smtp", its_spaces, **draw(st.sampled_from(PAIRS_OF_RESTRICTIONS)))


PLACES: list[tuple[str, list[str]]] = [("", []), ("south", []), ("", ["lab"])]


@st.composite
def tables(draw: st.DrawFn) -> RouteTable:
    names = draw(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True))
    site, locations = draw(st.sampled_from(PLACES))
    policy: Policy = draw(st.sampled_from(["cost", "cost", "least_cost"]))
    return RouteTable((draw(connectors(name)) for name in names), policy=policy, site=site, locations=locations)


recipients = st.sampled_from(RECIPIENTS)
facts = st.builds(
    MessageFacts,
    size_octets=st.sampled_from([0, 11]),
    sender=st.sampled_from([None, ANN, EVE]),
    message_class=st.sampled_from(["IPM.Note", "ipm.note.smime", "IPM.Notes"]),
    transfer_id=st.sampled_from(["", "1", "2"]),
    needs=st.sampled_from([[], [], ["SMTPUTF8"], ["SMTPUTF8", "REQUIRETLS"]]),
    verdicts=st.sampled_from([[], [], ["dmarc=pass"], ["dmarc=fail", "policy=reject"]]),
    priority=st.sampled_from([0, 0, -9]),
    arrived_by=st.sampled_from(["", "", "a"]),
    visited=st.sampled_from([[], [], ["north"]]),
    tries=st.dictionaries(st.sampled_from("abcd"), st.integers(1, 2), max_size=3),
)
links = st.builds(
    LinkState,
    st.dictionaries(st.sampled_from("abcd"), st.integers(-1, 3).map(lambda hours: NOON + timedelta(hours=hours))),
    called=st.sampled_from([[], [], ["a", "b"]]),
)
left_out = st.sampled_from([frozenset[str](), frozenset[str](), frozenset("ab")])


def rows(*rows: str) -> RouteTable:
    """Make a table from lines such as ``name SMTP:*@b.test 10``."""
    spaces: dict[str, list[AddressSpace]] = {}
    for name, space, cost in (row.split() for row in rows):
        kind, _, pattern = space.partition(":")
        spaces.setdefault(name, []).append(AddressSpace(kind, pattern, int(cost)))
    return RouteTable(Connector(name, "smtp", its_spaces) for name, its_spaces in spaces.items())


FIELD = rows(
    "exact SMTP:bob@company.test 100",
    "domain SMTP:*@company.test 50",
    "narrow SMTP:*sales@company.test 60",
    "below SMTP:*@*.company.test 20",
    "internet SMTP:* 1",
    "x400 X400:c=* 1",
    "us X400:c=us;a=mci;* 40",
    "post-office MS:NET/PO1/* 1",
)
