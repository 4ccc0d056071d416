"""Checking a table: each rule with its example, and what a finding says is true of the decisions."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model import Address
from msgcore.model.address import parse_address
from msgcore.mta import AddressSpace, Connector, MessageFacts, RouteTable, Schedule
from msgcore.mta.routing.check import TableFinding, check_table
from msgcore.mta.routing.circles import check_circles
from msgcore.mta.routing.specimen import specimen
from tests.mta.routing.tables import PATTERNS, RECIPIENTS, facts, recipients, tables

RELAY = {"relay": "smtp://mx.b.test"}
OTHER = {"relay": "smtp://mx.c.test"}
INTERNET = Connector("internet", "smtp", [AddressSpace("SMTP", "*", 10)], RELAY)


def rules(table: RouteTable, **names: Any) -> list[tuple[str, str, str]]:
    return [(one.rule, one.connector, str(one.space or "")) for one in check_table(table, **names)]


def smtp(name: str, *spaces: str, cost: int = 1, **fields: Any) -> Connector:
    relay = fields.pop("options", {"relay": f"smtp://{name}.test"})
    return Connector(name, "smtp", [AddressSpace("SMTP", one, cost) for one in spaces], relay, **fields)


def test_an_ordinary_table_has_no_findings() -> None:
    table = RouteTable([INTERNET, smtp("partner", "*@partner.test", "*@*.partner.test")])

    assert check_table(table) == ()


@pytest.mark.parametrize(
    ("connector", "finding"),
    [
        (attrs.evolve(INTERNET, gateway="no-such"), ("error", "unknown gateway", "no gateway that is installed")),
        (attrs.evolve(INTERNET, options={"port": "0"}), ("error", "wrong options", "port 0: need 1 to 65,535")),
        (attrs.evolve(INTERNET, options={**RELAY, "password": "x"}), ("error", "wrong options", "given by reference")),
        (attrs.evolve(INTERNET, options={**RELAY, "rely": "x"}), ("error", "wrong options", "did you mean relay")),
        (attrs.evolve(INTERNET, options={"relay": "smtp://MX.a.test."}), ("error", "loop", "is this MTA itself")),
        (attrs.evolve(INTERNET, options={"relay": "lmtp://[::1]:2424"}), ("error", "loop", "is this MTA itself")),
        (attrs.evolve(INTERNET, leads_to="south"), ("error", "loop", "leads to south, which is this MTA's own place")),
        (attrs.evolve(INTERNET, options={**RELAY, "port": "587"}), ("warning", "unused option", "stands in its URL")),
        (attrs.evolve(INTERNET, is_enabled=False), ("warning", "disabled", "until it is enabled")),
        (attrs.evolve(INTERNET, max_size_octets=0), ("warning", "takes nothing", "0 octets")),
        (
            attrs.evolve(INTERNET, only_from=["*@a.test", "bob@b.test"], never_from=["*@a.test", "b*@b.test"]),
            ("warning", "takes nothing", "never_from has every sender that only_from has"),
        ),
        (attrs.evolve(INTERNET, schedule=Schedule()), ("note", "never opens", "only while the other side calls")),
    ],
    ids=lambda value: "" if isinstance(value, Connector) else str(value)[:40],
)
def test_what_is_wrong_with_one_connector_is_found(connector: Connector, finding: tuple[str, str, str]) -> None:
    (found,) = check_table(RouteTable([connector], site="south"), own_names=["mx.A.test", "[::1]:2424"])

    severity, rule, text = finding
    assert (found.severity, found.rule, found.connector) == (severity, rule, "internet")
    assert text in found.text


@pytest.mark.parametrize(
    "connector",
    [
        attrs.evolve(INTERNET, options={"relay": "smtp://localhost:10025"}),
        attrs.evolve(INTERNET, leads_to="north"),
        attrs.evolve(INTERNET, only_from=["*@a.test"], never_from=["bob@a.test"]),
        attrs.evolve(INTERNET, never_from=["*"]),
        attrs.evolve(INTERNET, max_size_octets=1),
        attrs.evolve(INTERNET, gateway="mailbox", options={}),
        attrs.evolve(INTERNET, schedule=Schedule(["02:00-02:01"])),
    ],
)
def test_what_is_only_unusual_of_a_connector_is_not_found(connector: Connector) -> None:
    assert check_table(RouteTable([connector], site="south"), own_names=["localhost:25", "mx.a.test"]) == ()


@pytest.mark.parametrize(
    "pattern",
    [
        "b b@b.test",
        "*@b..test",
        "*@-b.test",
        "x" * 256 + "@b.test",
        "*@*." + "b" * 256,
        "a@b@c.test",
        "(*@b.test",
        "*.@b.test",
    ],
)
def test_a_pattern_that_no_valid_address_matches_is_found(pattern: str) -> None:
    assert rules(RouteTable([smtp("a", pattern, "*")])) == [("no match", "a", f"SMTP:{pattern}")]


def is_named_by(space: AddressSpace) -> bool:
    found = specimen(space)
    return found is not None and space.matches(found.email_address) and parse_address(found.typed) == found


@pytest.mark.parametrize(("kind", "pattern"), [(kind, one) for kind, some in PATTERNS.items() for one in some])
def test_a_specimen_is_an_address_that_the_space_matches(kind: str, pattern: str) -> None:
    assert is_named_by(AddressSpace(kind, pattern))


@pytest.mark.parametrize("pattern", ['"*@b.test', "*x*y@b.test", '*.*"@*', "b*@*", "*@[*", "*@*]", "*[@*"])
def test_an_unusual_pattern_has_a_specimen_where_there_can_be_one(pattern: str) -> None:
    assert is_named_by(AddressSpace("SMTP", pattern))


def test_a_scope_without_this_site_is_noted() -> None:
    far = Connector("far", "smtp", [AddressSpace("SMTP", "*@b.test", scope=["north"])], RELAY)

    assert rules(RouteTable([INTERNET, far], site="south")) == [("out of scope", "far", "SMTP:*@b.test")]


def test_a_type_with_written_out_addresses_alone_has_no_fallback() -> None:
    office = Connector("office", "mailbox", [AddressSpace("MS", "NET/PO1/BOB"), AddressSpace("MS", "NET/PO1/ANN")])

    assert rules(RouteTable([office])) == [("no fallback", "", "MS:NET/PO1/BOB")]


def test_a_space_that_falls_through_to_nothing_is_found() -> None:
    one = Connector("a", "smtp", [AddressSpace("SMTP", "*@b.test", fallthrough=True)], RELAY)

    assert rules(RouteTable([one])) == [("falls nowhere", "a", "SMTP:*@b.test")]


def test_a_dearer_connector_of_the_same_space_is_a_backup() -> None:
    table = RouteTable([smtp("a", "*", "*@b.test"), smtp("z", "*", "*@b.test", cost=9)])

    (finding,) = (one for one in check_table(table) if one.rule == "backup")
    assert str(finding) == (
        "note: backup: z, SMTP:*: a takes everything there for 1, not 9; "
        "this is a way while its link is down; so with 1 other of its spaces"
    )


def test_where_cost_is_first_the_dearer_connector_is_shadowed() -> None:
    table = RouteTable([smtp("a", "*"), smtp("z", "*", cost=9)], policy="least_cost")

    assert rules(table) == [("shadowed", "z", "SMTP:*")]


@pytest.mark.parametrize("cost", [1, 9])
def test_two_connectors_that_go_the_same_way_are_found(cost: int) -> None:
    table = RouteTable([smtp("a", "*", options=RELAY), smtp("z", "*", options=RELAY, cost=cost)])

    assert rules(table) == [("same way", "z", "SMTP:*")]


def test_of_equals_the_one_of_another_site_is_never_drawn() -> None:
    table = RouteTable([smtp("a", "*", site="south"), smtp("z", "*", site="north")], site="south")

    assert rules(table) == [("never drawn", "z", "SMTP:*")]


def test_equals_that_share_the_mail_are_as_they_should_be() -> None:
    assert rules(RouteTable([smtp("a", "*"), smtp("z", "*", weight=3)])) == []


# Every field of a connector either takes mail away from it, so that a dearer one is needed, or does not.
RESTRICTING: dict[str, Any] = {
    "is_enabled": False,
    "max_size_octets": 10,
    "only_from": ["*@a.test"],
    "never_from": ["*@a.test"],
    "message_classes": ["IPM.Note"],
    "priorities": (0, 9),
    "capabilities": ["DSN"],
    "needs_verdicts": ["dmarc=pass"],
    "refuses_verdicts": ["spf=fail"],
    "leads_to": "north",
    "schedule": Schedule(["08:00-18:00"]),
    "max_tries": 3,
}
NOT_RESTRICTING: dict[str, Any] = {
    "weight": 3,
    "site": "north",
    "retry_shortest_seconds": 60.0,
    "retry_longest_seconds": 60.0,
    "max_recipients": 5,
    "max_sessions": 5,
    "content": "mime",
}


@pytest.mark.parametrize(
    ("needs", "refuses", "text"),
    [
        (["spf=pass"], ["spf=pass", "dkim=fail"], "no message has spf=pass and has it not"),
        (["spf=pass", "spf=fail"], [], "no message has spf=fail and spf=pass"),
    ],
)
def test_verdicts_that_no_message_has_together_are_found(needs: list[str], refuses: list[str], text: str) -> None:
    connector = attrs.evolve(INTERNET, needs_verdicts=needs, refuses_verdicts=refuses)

    assert [(one.rule, one.text) for one in check_table(RouteTable([connector]))] == [("takes nothing", text)]


def test_every_field_is_known_to_restrict_or_not() -> None:
    fields = {field.name for field in attrs.fields(Connector) if field.init}

    assert fields - {"name", "gateway", "spaces", "options"} == RESTRICTING.keys() | NOT_RESTRICTING.keys()


@pytest.mark.parametrize("field", [*RESTRICTING, *NOT_RESTRICTING])
def test_only_a_connector_that_takes_everything_makes_others_backups(field: str) -> None:
    value = {**RESTRICTING, **NOT_RESTRICTING}[field]
    table = RouteTable([attrs.evolve(smtp("a", "*"), **{field: value}), smtp("z", "*", cost=9)])

    assert ("backup" in [rule for rule, _, _ in rules(table)]) == (field in NOT_RESTRICTING)


@pytest.mark.parametrize(
    ("narrow", "broad"),
    [
        ("bob@b.test", "*@b.test"),
        ("bob@x.b.test", "*@*.b.test"),
        ("*@x.b.test", "*@*.test"),
        ("*@*.b.test", "*"),
        ("bob@b.test", "*"),
    ],
)
def test_a_space_within_a_broader_one_of_the_same_connector_is_redundant(narrow: str, broad: str) -> None:
    assert rules(RouteTable([smtp("a", broad, narrow)])) == [("redundant", "a", f"SMTP:{narrow}")]


@pytest.mark.parametrize("between", ["*@b.test", "*@*.test"])
def test_a_space_with_another_connectors_between_is_not_redundant(between: str) -> None:
    table = RouteTable([smtp("a", "*", "bob@x.b.test", "bob@b.test"), smtp("z", between)])

    assert ("redundant", "a", "SMTP:bob@b.test") not in rules(table)


ORDINARY = facts.map(lambda one: attrs.evolve(one, arrived_by="", visited=[], tries={}))
LOSES = {"shadowed", "backup", "never drawn", "out of scope", "disabled", "takes nothing", "no match"}


@given(tables(), recipients, ORDINARY)
def test_what_is_found_to_lose_is_never_chosen_while_all_links_are_up(
    table: RouteTable, recipient: Address, message: MessageFacts
) -> None:
    decision = table.route(recipient, message)
    lost = [one for one in check_table(table) if one.rule in LOSES and one.connector == decision.connector]

    assert [one for one in lost if one.space in (None, decision.space)] == []


PLAIN = ["*", "*@b.test", "*@*.b.test", "*@*.test", "bob@b.test", "*@x.b.test", "ann@x.b.test"]
plain_tables = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(PLAIN)), min_size=2, max_size=8, unique=True
).map(lambda lines: RouteTable(smtp(name, *(p for n, p in lines if n == name)) for name in {n for n, _ in lines}))


@given(plain_tables, st.data())
def test_a_redundant_space_can_go(table: RouteTable, data: st.DataObject) -> None:
    redundant = [one for one in check_table(table) if one.rule == "redundant"]
    if not redundant:
        return
    found = data.draw(st.sampled_from(redundant))
    smaller = RouteTable(
        attrs.evolve(one, spaces=[space for space in one.spaces if space != found.space])
        if one.name == found.connector
        else one
        for one in table.connectors
    )

    addresses = [one for one in RECIPIENTS if one.address_type == "SMTP"]
    assert [smaller.route(one).connector for one in addresses] == [table.route(one).connector for one in addresses]


def test_findings_come_the_worst_first_then_in_the_order_of_the_table() -> None:
    table = RouteTable(
        [
            smtp("n", "*", cost=9),
            smtp("w", "*@w.test", is_enabled=False),
            smtp("a", "*"),
            smtp("e", "*@e.test", options={"port": "0"}),
        ]
    )

    assert [one.connector for one in check_table(table)] == ["e", "w", "n"]


def test_a_table_of_many_spaces_is_checked() -> None:
    spaces = [[AddressSpace("SMTP", f"*@d{n}-{m}.test") for m in range(1_000)] for n in range(20)]
    table = RouteTable(Connector(f"c{n}", "smtp", its, RELAY) for n, its in enumerate(spaces))

    assert check_table(table) == ()


# Circles


def ring(*ways: str) -> tuple[TableFinding, ...]:
    """Check MTAs of which each sends mail on as in ``a>b``, or keeps it as in ``c``."""
    tables: dict[str, RouteTable] = {}
    for way in ways:
        node, leads, other = way.partition(">")
        connector = smtp(f"to-{other}", "*", options={"relay": f"smtp://{other}"}) if leads else None
        tables[node] = RouteTable([connector or Connector("inside", "mailbox", [AddressSpace("SMTP", "*")])])
    return check_circles(tables)


def test_mail_that_two_mtas_send_to_each_other_goes_round() -> None:
    assert [str(one) for one in ring("a>b", "b>a")] == [
        "error: loop: to-b, SMTP:*: goes round: a (to-b) -> b (to-a) -> a"
    ]


def test_mail_that_each_sends_the_other_for_its_own_domain_does_not_go_round() -> None:
    inside = Connector("inside", "mailbox", [AddressSpace("SMTP", "*@own.test")])
    north = RouteTable([smtp("a", "*@south.test", options={"relay": "smtp://south"}), inside])
    south = RouteTable(
        [smtp("a", "*@own.test", leads_to="north"), attrs.evolve(inside, spaces=[AddressSpace("SMTP", "*@south.test")])]
    )

    assert check_circles({"north": north, "south": south}) == ()


def test_a_circle_by_the_places_that_connectors_lead_to_is_found() -> None:
    there, back = (RouteTable([smtp("on", "*", leads_to=place)]) for place in ("South", "NORTH"))

    (found,) = check_circles({"North": there, "south": back})
    assert found.text == "goes round: North (on) -> south (on) -> North"


def test_a_circle_is_told_once_with_the_number_of_its_spaces() -> None:
    there, back = (smtp("on", "*@b.test", "*@c.test", options={"relay": f"smtp://{host}"}) for host in ("b", "a"))

    (found,) = check_circles({"a": RouteTable([there]), "b": RouteTable([back])})
    assert found.text.endswith("; so does mail for 1 other space")


BRIDGES = {
    name: [
        smtp("direct", "*", options={"relay": "smtp://mx.c.test"}),
        smtp("around", "*", options={"relay": f"smtp://{other}"}, cost=9),
    ]
    for name, other in (("a", "b"), ("b", "a"))
}


def test_mail_that_could_go_round_while_a_link_is_down_is_warned_of() -> None:
    (found,) = check_circles({name: RouteTable(connectors) for name, connectors in BRIDGES.items()})

    assert (found.severity, found.text.partition(": ")[2]) == ("warning", "a (around) -> b (around) -> a")


def test_equal_bridgeheads_that_balance_among_each_other_are_warned_of() -> None:
    """Q278444: three of them sent mail round until its trace caught it."""
    names = ["a", "b", "c"]
    tables = {
        name: RouteTable(
            smtp(f"to-{other}", "*", options={"relay": f"smtp://{other}"}) for other in [*names, "out"] if other != name
        )
        for name in names
    }

    assert {one.rule for one in check_circles(tables)} == {"loop"}


@pytest.mark.parametrize("guarded", [["a"], ["b"], ["a", "b"]])
def test_a_connector_that_says_where_it_leads_to_ends_a_circle(guarded: list[str]) -> None:
    tables = {
        name: RouteTable([direct, attrs.evolve(around, leads_to="ba"["ab".index(name)]) if name in guarded else around])
        for name, (direct, around) in BRIDGES.items()
    }

    assert check_circles(tables) == ()


def test_a_circle_of_the_best_connectors_is_an_error_even_if_it_ends() -> None:
    tables = {name: RouteTable([smtp("on", "*", leads_to=other)]) for name, other in (("a", "b"), ("b", "a"))}

    assert [one.severity for one in check_circles(tables)] == ["error"]


def cycles_of(leads: dict[str, str]) -> set[frozenset[str]]:
    found: set[frozenset[str]] = set()
    for start in leads:
        seen = [start]
        while (node := leads.get(seen[-1])) is not None and node not in seen:
            seen.append(node)
        if node is not None:
            found.add(frozenset(seen[seen.index(node) :]))
    return found


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdefz"), min_size=1))
def test_exactly_the_circles_are_found(leads: dict[str, str]) -> None:
    found = ring(*(f"{node}>{other}" for node, other in leads.items()))

    names = [frozenset(part.split()[0] for part in one.text.partition("round: ")[2].split(" -> ")) for one in found]
    assert sorted(map(sorted, names)) == sorted(map(sorted, cycles_of(leads)))
