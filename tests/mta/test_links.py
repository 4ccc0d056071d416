"""What workers wrote down of next hops, as the state of a table's links."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.links import links_for
from msgcore.mta.queue.contract import LinkNote

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
DOMAINS = ("b.test", "c.test")
RELAY = "smtp://relay.test"
DIRECT, RELAYED = (
    Connector("direct", "smtp", [AddressSpace("SMTP", "*")]),
    Connector("relayed", "smtp", [AddressSpace("SMTP", "*")], {"relay": RELAY}),
)
TABLE = RouteTable([DIRECT, RELAYED])

hops = st.sampled_from([*(f"direct {domain}" for domain in DOMAINS), f"relayed {RELAY}", "gone b.test"])
until = st.none() | st.integers(-2, 2).map(lambda hours: NOON + timedelta(hours=hours))
known = st.dictionaries(hops, until)


@given(known, st.sampled_from(DOMAINS))
def test_a_link_is_down_where_the_hop_for_the_address_is_down_for_longer(
    known: dict[str, datetime | None], domain: str
) -> None:
    notes = [LinkNote(hop, 1, 1, until) for hop, until in known.items()]
    state = links_for(TABLE, notes, NOON)(Address("SMTP", f"x@{domain}"))

    ways = {"direct": f"direct {domain}", "relayed": f"relayed {RELAY}"}
    down = {name: until for name, hop in ways.items() if (until := known.get(hop)) is not None and until > NOON}
    assert dict(state.down) == down
