"""Routing: the order of the rules, and what the decision tells."""

from datetime import UTC, datetime, timedelta
from random import Random

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from msgcore.errors import InvalidAddress, UsageError
from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, Decision, LinkState, MessageFacts, RouteTable, Verdict

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


def matching(table: RouteTable, recipient: Address) -> list[tuple[Connector, AddressSpace]]:
    return [
        (connector, space)
        for connector in table.connectors
        for space in connector.spaces
        if space.address_type == recipient.address_type and space.matches(recipient.email_address)
    ]


def expected_best(
    table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState
) -> tuple[datetime, int] | None:
    """Say it again, slowly: eligible, then most specific, then first to be up, then cheapest."""
    able = [
        (connector, space)
        for connector, space in matching(table, recipient)
        if connector.is_enabled and connector.takes_size(facts.size_octets)
    ]
    if not able:
        return None
    specificity = max(space.specificity for _, space in able)
    return min(
        (max(NOON, links.down.get(connector.name, NOON)), space.cost)
        for connector, space in able
        if space.specificity == specificity
    )


@given(tables(), recipients, facts, links)
def test_the_choice_is_eligible_then_specific_then_up_then_cheap(
    table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState
) -> None:
    decision = table.route(recipient, facts, links=links, now=NOON)

    best = None if decision.cost is None else (decision.retry_at or NOON, decision.cost)
    assert best == expected_best(table, recipient, facts, links)


@given(tables(), recipients, facts, links)
def test_no_candidate_is_lost(table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState) -> None:
    candidates = table.route(recipient, facts, links=links, now=NOON).candidates

    expected = sorted((connector.name, str(space)) for connector, space in matching(table, recipient))
    assert sorted((candidate.connector, str(candidate.space)) for candidate in candidates) == expected


@given(tables(), recipients, facts, links)
def test_exactly_the_decided_candidate_is_called_chosen(
    table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState
) -> None:
    decision = table.route(recipient, facts, links=links, now=NOON)

    chosen = [(c.connector, c.space) for c in decision.candidates if c.verdict is Verdict.CHOSEN]
    assert chosen == ([] if decision.connector is None else [(decision.connector, decision.space)])


@given(tables(), recipients, facts, links)
def test_either_a_connector_or_a_reason_is_given(
    table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState
) -> None:
    decision = table.route(recipient, facts, links=links, now=NOON)

    assert (decision.connector is None) == (decision.reason is not None)


@given(tables(), recipients, facts, links, st.randoms(use_true_random=False))
def test_the_order_of_the_connectors_says_nothing(
    table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState, random: Random
) -> None:
    shuffled = list(table.connectors)
    random.shuffle(shuffled)
    other = RouteTable(attrs.evolve(c, spaces=random.sample(c.spaces, len(c.spaces))) for c in shuffled)

    first = table.route(recipient, facts, links=links, now=NOON)
    assert other.route(recipient, facts, links=links, now=NOON).explain() == first.explain()


@given(tables(), recipients)
def test_the_space_is_of_the_recipients_own_type(table: RouteTable, recipient: Address) -> None:
    space = table.route(recipient).space

    assert space is None or space.address_type == recipient.address_type


@given(tables(), recipients, st.integers(1, 3))
def test_making_the_chosen_space_cheaper_keeps_it_chosen(table: RouteTable, recipient: Address, cost: int) -> None:
    decision = table.route(recipient)
    space = decision.space
    assume(space is not None and cost < space.cost)
    assert space is not None
    cheaper = RouteTable(
        attrs.evolve(
            connector,
            spaces=[attrs.evolve(s, cost=cost) if s == space else s for s in connector.spaces],
        )
        if connector.name == decision.connector
        else connector
        for connector in table.connectors
    )

    assert cheaper.route(recipient).connector == decision.connector


@given(tables(), recipients)
def test_an_exact_space_beats_a_cheaper_wildcard(table: RouteTable, recipient: Address) -> None:
    assume("*" not in recipient.email_address)
    exact = Connector("exact", "smtp", [AddressSpace(recipient.address_type, recipient.email_address, 100)])
    others = [c for c in table.connectors if not any(s.is_exact for s in c.spaces)]

    assert RouteTable([exact, *others]).route(recipient).connector == "exact"


@given(tables(), recipients)
def test_rerouting_ends_within_the_best_set(table: RouteTable, recipient: Address) -> None:
    tried: set[str] = set()
    specificities: set[tuple[int, int]] = set()
    while (decision := table.route(recipient, exclude=tried)).connector is not None:
        assert decision.space is not None
        specificities.add(decision.space.specificity)
        tried.add(decision.connector)

    assert len(specificities) <= 1


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


@pytest.mark.parametrize(
    ("recipient", "connector"),
    [
        # Q229961 and Q152471: exact, then the wildcard with more literal characters, then the rest; before cost.
        (Address("SMTP", "bob@company.test"), "exact"),
        (Address("SMTP", "ann@company.test"), "domain"),
        (Address("SMTP", "eu-sales@company.test"), "narrow"),
        (Address("SMTP", "ann@lab.company.test"), "below"),
        (Address("SMTP", "ann@other.test"), "internet"),
        (Address("X400", "c=us;a=mci;p=x;s=bob"), "us"),
        (Address("X400", "c=se;a=x"), "x400"),
        (Address("MS", "NET/PO1/BOB"), "post-office"),
        # Q262112 and Q262116: a broad space of another type never takes what its own type cannot.
        (Address("MS", "NET/PO2/BOB"), None),
        (Address("FAX", "+46 70"), None),
    ],
    ids=lambda value: value.typed if isinstance(value, Address) else str(value),
)
def test_the_fields_examples_are_routed_as_the_field_does(recipient: Address, connector: str | None) -> None:
    assert FIELD.route(recipient).connector == connector


@pytest.mark.parametrize(
    ("recipient", "status"),
    [
        ("FAX:+46 70", "5.4.4"),
        ("MS:NET/PO2/BOB", "5.4.4"),
        ("Bob", "5.1.3"),
    ],
)
def test_a_recipient_without_a_route_is_told_why(recipient: str, status: str) -> None:
    reason = FIELD.route(recipient).reason

    assert reason is not None and str(reason.status) == status


INTERNET = Connector("internet", "smtp", [AddressSpace("SMTP", "*", 10)])


@pytest.mark.parametrize(
    ("connector", "status"),
    [
        (attrs.evolve(INTERNET, max_size_octets=99), "5.3.4"),
        (attrs.evolve(INTERNET, is_enabled=False), "4.4.4"),
        (attrs.evolve(INTERNET, only_from=["*@a.test"]), "5.7.1"),
    ],
)
def test_a_connector_that_may_not_take_the_message_gives_the_reason(connector: Connector, status: str) -> None:
    reason = RouteTable([connector]).route("bob@b.test", MessageFacts(100, Address("SMTP", "eve@e.test"))).reason

    assert reason is not None and str(reason.status) == status


@pytest.mark.parametrize(
    "connector", [attrs.evolve(INTERNET, max_size_octets=100), attrs.evolve(INTERNET, only_from=["*@a.test"])]
)
def test_a_limit_that_is_kept_is_no_barrier(connector: Connector) -> None:
    decision = RouteTable([connector]).route("bob@b.test", MessageFacts(100, Address("SMTP", "ann@a.test")))

    assert decision.connector == "internet"


def test_a_report_does_not_pass_a_connector_kept_for_senders() -> None:
    kept = attrs.evolve(INTERNET, only_from=["*@a.test"])

    assert RouteTable([kept]).route("bob@b.test", MessageFacts(sender=None)).connector is None


def test_what_is_too_big_for_the_narrow_space_takes_the_broad_one() -> None:
    narrow = Connector("narrow", "smtp", [AddressSpace("SMTP", "*@b.test")], max_size_octets=10)
    broad = Connector("broad", "smtp", [AddressSpace("SMTP", "*", 100)])

    assert RouteTable([narrow, broad]).route("bob@b.test", MessageFacts(11)).connector == "broad"


def test_a_broad_space_does_not_help_a_narrow_one_whose_link_is_down() -> None:
    decision = FIELD.route("ann@company.test", links=LinkState({"domain": NOON}), now=NOON - timedelta(hours=1))

    assert (decision.connector, decision.retry_at) == ("domain", NOON)


def test_a_link_whose_time_has_come_is_up() -> None:
    decision = FIELD.route("ann@company.test", links=LinkState({"domain": NOON}), now=NOON)

    assert decision.retry_at is None


def test_without_a_clock_every_link_named_is_down() -> None:
    assert FIELD.route("ann@company.test", links=LinkState({"domain": NOON})).retry_at == NOON


def test_the_dear_link_that_is_up_goes_before_the_cheap_one_that_is_down() -> None:
    table = rows("cheap SMTP:* 1", "dear SMTP:* 99")

    assert table.route("bob@b.test", links=LinkState({"cheap": NOON}), now=NOON - timedelta(1)).connector == "dear"


def test_leaving_out_every_connector_of_the_set_asks_for_patience() -> None:
    reason = FIELD.route("ann@company.test", exclude={"domain"}).reason

    assert reason is not None and not reason.is_permanent


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(UsageError, match="naive"):
        LinkState({"internet": datetime(2030, 1, 1)})  # it is the fault that is looked for


def test_text_that_is_no_address_is_refused() -> None:
    with pytest.raises(InvalidAddress):
        FIELD.route("SMTP:company.test")


def draws(table: RouteTable, count: int = 4_000) -> dict[str, int]:
    chosen = [table.route("bob@b.test", MessageFacts(transfer_id=f"{n}")).connector or "" for n in range(count)]
    return {name: chosen.count(name) for name in sorted(set(chosen))}


def test_equal_connectors_share_evenly() -> None:
    shares = draws(rows("a SMTP:* 1", "b SMTP:* 1", "c SMTP:* 1", "d SMTP:* 1"))

    assert all(abs(share - 1_000) < 100 for share in shares.values()), shares


def test_equal_connectors_share_by_weight() -> None:
    space = [AddressSpace("SMTP", "*")]
    shares = draws(RouteTable([Connector("a", "smtp", space, weight=3), Connector("b", "smtp", space)]))

    assert abs(shares["a"] - 3_000) < 150, shares


def test_taking_a_connector_away_moves_only_its_own_mail() -> None:
    table = rows("a SMTP:* 1", "b SMTP:* 1", "c SMTP:* 1")
    smaller = RouteTable(table.connectors[:2])
    facts = [MessageFacts(transfer_id=f"{n}") for n in range(500)]
    kept = [f for f in facts if table.route("bob@b.test", f).connector != "c"]

    moved = [f for f in kept if smaller.route("x@y.z", f).connector != table.route("x@y.z", f).connector]
    assert moved == []


def test_all_recipients_of_one_message_draw_alike() -> None:
    table = rows("a SMTP:* 1", "b SMTP:* 1", "c SMTP:* 1")
    facts = MessageFacts(transfer_id="one")

    assert len({table.route(f"r{n}@b.test", facts).connector for n in range(50)}) == 1


def explained(decision: Decision) -> list[str]:
    return [line.strip() for line in decision.explain().splitlines()]


def test_the_explanation_shows_every_candidate_with_its_verdict() -> None:
    table = RouteTable(
        [
            Connector("internet", "smtp", [AddressSpace("SMTP", "*", 10)]),
            Connector("backup", "smtp", [AddressSpace("SMTP", "*", 50)]),
            Connector("partner", "smtp", [AddressSpace("SMTP", "*@b.test")], max_size_octets=1_000),
            Connector("workgroup", "post-office", [AddressSpace("MS", "NET/PO1/*")]),
        ]
    )

    assert table.route("bob@b.test", MessageFacts(40_000)).explain() == (
        "SMTP:bob@b.test  (40,000 octets)\n"
        "  goes to internet (gateway smtp) by SMTP:*, cost 10\n"
        "\n"
        "  connector  address space  cost  verdict\n"
        "  partner    SMTP:*@b.test     1  too big: 40,000 octets, takes 1,000\n"
        "  internet   SMTP:*           10  chosen\n"
        "  backup     SMTP:*           50  costs more: 50, not 10"
    )


def test_the_explanation_of_no_route_gives_the_reason_and_the_number_of_spaces() -> None:
    assert explained(FIELD.route("MS:NET/PO2/BOB")) == [
        "MS:NET/PO2/BOB",
        "no route: 5.4.4 no MS address space matches",
        "",
        "1 MS address space does not match.",
    ]


def test_the_address_types_of_a_table_are_those_of_its_spaces() -> None:
    assert FIELD.address_types == ("MS", "SMTP", "X400")


def test_two_connectors_of_one_name_are_refused() -> None:
    connector = Connector("a", "smtp", [AddressSpace("SMTP", "*")])

    with pytest.raises(UsageError, match="'a': two have this name"):
        RouteTable([connector, connector])


def test_a_space_given_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="twice"):
        rows("a SMTP:*@b.test 1", "a SMTP:*@B.test 2")


def test_a_connector_without_spaces_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing is ever routed"):
        Connector("a", "smtp", [])


def test_a_connectors_options_cannot_be_changed() -> None:
    options = {"relay": "smtp://out.a.test"}
    connector = Connector("a", "smtp", [AddressSpace("SMTP", "*")], options)
    options["relay"] = "smtp://evil.test"

    assert connector.options == {"relay": "smtp://out.a.test"}


def test_a_large_table_finds_the_one_space_of_an_address() -> None:
    table = RouteTable(
        Connector(f"c{n}", "smtp", [AddressSpace("SMTP", f"*@d{n}-{m}.test") for m in range(1_000)]) for n in range(100)
    )

    assert table.route("bob@d57-123.test").connector == "c57"
