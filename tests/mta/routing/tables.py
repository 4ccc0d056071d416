"""Route tables for tests: drawn at random, or written as lines."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, LinkState, MessageFacts, RouteTable

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
TYPES = ["SMTP", "MS"]
PATTERNS = {
    "SMTP": ["*", "*@b.test", "*@*.b.test", "*@*.test", "bob@b.test", "b*@b.test", "*b@b.test", "*@x.b.test", "*@*t"],
    "MS": ["*", "NET/*", "NET/PO1/*", "NET/PO1/BOB", "*/BOB", "N*O1*B"],
}
RECIPIENTS = [
    *(Address("SMTP", text) for text in ("bob@b.test", "rob@b.test", "ann@x.b.test", "ann@c.test", "ann@y.z")),
    *(Address("MS", text) for text in ("NET/PO1/BOB", "NET/PO1/ANN", "NET/PO2/BOB", "X/Y/Z")),
]


def spaces() -> st.SearchStrategy[AddressSpace]:
    return st.sampled_from(TYPES).flatmap(
        lambda kind: st.builds(AddressSpace, st.just(kind), st.sampled_from(PATTERNS[kind]), st.integers(1, 3))
    )


@st.composite
def tables(draw: st.DrawFn) -> RouteTable:
    names = draw(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True))
    unique_spaces = st.lists(spaces(), min_size=1, max_size=6, unique_by=str)
    return RouteTable(
        Connector(
            name,
            "smtp",
            draw(unique_spaces),
            is_enabled=draw(st.sampled_from([True, True, True, False])),
            max_size_octets=draw(st.sampled_from([None, None, 10])),
        )
        for name in names
    )


recipients = st.sampled_from(RECIPIENTS)
facts = st.builds(MessageFacts, size_octets=st.sampled_from([0, 11]))
links = st.builds(
    LinkState,
    st.dictionaries(st.sampled_from("abcd"), st.integers(-1, 2).map(lambda hours: NOON + timedelta(hours=hours))),
)


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
