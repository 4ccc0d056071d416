"""Routing: the field's examples, reasons, links, equal connectors, and what a decision tells."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from msgcore.errors import InvalidAddress, UsageError
from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, Decision, LinkState, MessageFacts, RouteTable, Schedule, Verdict
from tests.mta.routing.tables import FIELD, NOON, rows


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


@pytest.mark.parametrize(
    "table", [rows("a SMTP:* 1"), rows("a SMTP:* 1", "b SMTP:b*@b.test 1")], ids=["plain", "mixed"]
)
def test_an_smtp_address_without_a_domain_goes_nowhere(table: RouteTable) -> None:
    reason = table.route(Address("SMTP", "bob")).reason

    assert reason is not None and str(reason.status) == "5.1.3"


INTERNET = Connector("internet", "smtp", [AddressSpace("SMTP", "*", 10)])


LETTER = MessageFacts(
    100,
    Address("SMTP", "eve@e.test"),
    "IPM.Note.SMIME",
    needs=["REQUIRETLS", "SMTPUTF8"],
    priority=-4,
    arrived_by="north",
    visited=["north"],
    tries={"internet": 3},
    verdicts=["dmarc=fail", "spf=pass"],
)


@pytest.mark.parametrize(
    ("fields", "status", "verdict"),
    [
        ({"max_size_octets": 99}, "5.3.4", "too big: 100 octets, takes 99"),
        ({"is_enabled": False}, "4.4.4", "disabled"),
        ({"only_from": ["*@a.test"]}, "5.7.1", "not for this sender: only from *@a.test"),
        ({"never_from": ["*@e.test"]}, "5.7.1", "not for this sender: never from *@e.test"),
        ({"message_classes": ["IPM.Notes"]}, "5.7.1", "not for this message class: IPM.Note.SMIME, takes IPM.Notes"),
        ({"priorities": (0, 9)}, "5.7.1", "not for this priority: -4, takes 0 to 9"),
        ({"capabilities": ["smtputf8"]}, "5.7.30", "lacks what the message needs: REQUIRETLS"),
        ({"capabilities": ["REQUIRETLS"]}, "5.6.7", "lacks what the message needs: SMTPUTF8"),
        (
            {"needs_verdicts": ["dmarc=pass", "spf=pass"]},
            "5.7.1",
            "not for what was found of the message: needs dmarc=pass",
        ),
        ({"refuses_verdicts": ["DMARC=fail"]}, "5.7.1", "not for what was found of the message: refuses dmarc=fail"),
        ({"leads_to": "North"}, "5.4.6", "the message has been there: North"),
        ({"name": "north"}, "5.4.6", "the message came this way"),
        ({"max_tries": 3}, "5.4.1", "tried as often as it may be: 3 of 3"),
        ({"spaces": [AddressSpace("SMTP", "*", scope=["north"])]}, "5.4.4", "out of scope: only for north"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_connector_that_may_not_take_the_message_gives_the_reason(
    fields: dict[str, Any], status: str, verdict: str
) -> None:
    decision = RouteTable([attrs.evolve(INTERNET, **fields)]).route("bob@b.test", LETTER)

    assert decision.reason is not None
    assert (str(decision.reason.status), [str(one) for one in decision.candidates]) == (status, [verdict])


@pytest.mark.parametrize(
    "fields",
    [
        {"max_size_octets": 100},
        {"only_from": ["*@e.test"]},
        {"never_from": ["*@a.test"]},
        {"message_classes": ["REPORT", "ipm.note"]},
        {"message_classes": ["IPM.Note.SMIME"]},
        {"priorities": (-9, -4)},
        {"capabilities": ["SMTPUTF8", "requiretls", "DSN"]},
        {"leads_to": "south"},
        {"max_tries": 4},
        {"spaces": [AddressSpace("SMTP", "*", scope=["south", "lab"])]},
    ],
    ids=str,
)
def test_a_limit_that_is_kept_is_no_barrier(fields: dict[str, Any]) -> None:
    table = RouteTable([attrs.evolve(INTERNET, **fields)], locations=["lab"])

    assert table.route("bob@b.test", LETTER).connector == "internet"


def test_a_sender_of_another_type_matches_no_pattern() -> None:
    fax = MessageFacts(sender=Address("FAX", "+46"))
    kept, barred = attrs.evolve(INTERNET, only_from=["*"]), attrs.evolve(INTERNET, never_from=["*"])

    found = [RouteTable([connector]).route("bob@b.test", fax).connector for connector in (kept, barred)]
    assert found == [None, "internet"]


def test_a_report_does_not_pass_a_connector_kept_for_senders() -> None:
    kept = attrs.evolve(INTERNET, only_from=["*@a.test"])

    assert RouteTable([kept]).route("bob@b.test", MessageFacts(sender=None)).connector is None


def test_what_is_too_big_for_the_narrow_space_takes_the_broad_one() -> None:
    narrow = Connector("narrow", "smtp", [AddressSpace("SMTP", "*@b.test")], max_size_octets=10)
    broad = Connector("broad", "smtp", [AddressSpace("SMTP", "*", 100)])

    assert RouteTable([narrow, broad]).route("bob@b.test", MessageFacts(11)).connector == "broad"


def test_a_space_that_falls_through_lets_a_broader_one_take_what_would_wait() -> None:
    narrow = Connector("narrow", "smtp", [AddressSpace("SMTP", "*@b.test", fallthrough=True)])
    table = RouteTable([narrow, INTERNET])

    decision = table.route("bob@b.test", links=LinkState({"narrow": NOON}))
    assert (decision.connector, decision.retry_at) == ("internet", None)
    assert explained(decision)[-2:] == [
        "narrow     SMTP:*@b.test     1  link is down: until 2030-01-01 12:00:00 UTC",
        "internet   SMTP:*           10  chosen",
    ]


def test_a_space_that_falls_through_waits_where_the_broader_one_has_to_wait_as_well() -> None:
    narrow = Connector("narrow", "smtp", [AddressSpace("SMTP", "*@b.test", fallthrough=True)])
    both_down = LinkState({"narrow": NOON, "internet": NOON - timedelta(hours=1)})

    assert RouteTable([narrow, INTERNET]).route("bob@b.test", links=both_down).connector == "narrow"


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


def test_a_set_falls_through_only_where_all_its_spaces_do() -> None:
    narrow = [
        Connector(name, "smtp", [AddressSpace("SMTP", "*@b.test", fallthrough=falls)])
        for name, falls in (("falls", True), ("stays", False))
    ]
    both_down = LinkState({"falls": NOON, "stays": NOON})

    assert RouteTable([*narrow, INTERNET]).route("bob@b.test", links=both_down).connector in ("falls", "stays")


@pytest.mark.parametrize("down", [{}, {"narrow": NOON, "internet": NOON}], ids=["up", "all down"])
def test_a_space_that_falls_through_and_is_chosen_keeps_the_broader_ones_out(down: dict[str, datetime]) -> None:
    narrow = Connector("narrow", "smtp", [AddressSpace("SMTP", "*@b.test", fallthrough=True)])
    decision = RouteTable([narrow, INTERNET]).route("bob@b.test", links=LinkState(down))

    assert [one.verdict for one in decision.candidates] == [Verdict.CHOSEN, Verdict.LESS_SPECIFIC]


NIGHTLY = attrs.evolve(INTERNET, schedule=Schedule(["Mon-Fri 22:00-06:00"], "Europe/Stockholm"))
CALLED = attrs.evolve(INTERNET, schedule=Schedule())


def test_what_a_schedule_closes_waits_until_it_opens() -> None:
    decision = RouteTable([NIGHTLY]).route("bob@b.test", now=NOON)

    assert decision.retry_at == datetime(2030, 1, 1, 21, tzinfo=UTC)
    assert [str(one) for one in decision.candidates] == ["chosen: not open until 2030-01-01 21:00:00 UTC"]


def test_a_dear_connector_that_is_open_goes_before_a_cheap_one_that_is_not() -> None:
    dear = Connector("dear", "smtp", [AddressSpace("SMTP", "*", 99)])
    decision = RouteTable([NIGHTLY, dear]).route("bob@b.test", now=NOON)

    assert decision.connector == "dear"
    assert str(decision.candidates[0]) == "not open: until 2030-01-01 21:00:00 UTC"


def test_a_link_that_is_down_longer_than_a_window_is_closed_waits_for_the_link() -> None:
    until = NOON + timedelta(days=1)

    assert RouteTable([NIGHTLY]).route("bob@b.test", links=LinkState({"internet": until}), now=NOON).retry_at == until


def test_what_only_the_other_side_opens_waits_for_its_call() -> None:
    decision = RouteTable([CALLED]).route("bob@b.test", now=NOON)

    assert (decision.waits_for_call, decision.retry_at) == (True, NOON + timedelta(hours=1))
    assert str(decision) == "goes to internet (gateway smtp) by SMTP:*, cost 10, once the other side calls"


def test_what_only_the_other_side_opens_goes_while_it_is_on_the_line() -> None:
    links = LinkState({"internet": NOON + timedelta(hours=1)}, called=["internet"])
    decision = RouteTable([CALLED]).route("bob@b.test", links=links, now=NOON)

    assert (decision.waits_for_call, decision.retry_at) == (False, None)


def test_what_the_other_side_opens_comes_behind_what_opens_by_itself() -> None:
    called = Connector("called", "smtp", [AddressSpace("SMTP", "*")], schedule=Schedule())

    assert RouteTable([called, NIGHTLY]).route("bob@b.test", now=NOON).connector == "internet"


def test_a_copy_goes_where_it_was_tried_less_often_and_then_where_it_is_cheaper() -> None:
    table = rows("cheap SMTP:* 1", "dear SMTP:* 99")
    tries: list[dict[str, int]] = [{}, {"cheap": 1}, {"cheap": 1, "dear": 1}]

    found = [table.route("bob@b.test", MessageFacts(tries=one)).connector for one in tries]
    assert found == ["cheap", "dear", "cheap"]


def test_among_equals_one_of_the_own_site_wins() -> None:
    connectors = [attrs.evolve(INTERNET, name=site, site=site) for site in ("north", "south")]
    decisions = [RouteTable(connectors, site=site).route("bob@b.test") for site in ("north", "south")]

    assert [decision.connector for decision in decisions] == ["north", "south"]
    assert [str(one) for one in decisions[0].candidates] == ["chosen", "of another site: south"]


def test_a_connector_of_no_site_is_as_near_as_one_of_the_own() -> None:
    connectors = [attrs.evolve(INTERNET, name="own", site="north"), attrs.evolve(INTERNET, name="any")]

    assert set(draws(RouteTable(connectors, site="north"), 50)) == {"any", "own"}


def test_least_cost_waits_for_a_cheap_link_that_is_down() -> None:
    table = attrs.evolve(rows("cheap SMTP:* 1", "dear SMTP:* 99"), policy="least_cost")
    decision = table.route("bob@b.test", links=LinkState({"cheap": NOON}))

    assert (decision.connector, decision.retry_at) == ("cheap", NOON)


def test_least_cost_takes_a_dear_connector_that_is_open_before_a_cheap_one_that_is_not() -> None:
    dear = Connector("dear", "smtp", [AddressSpace("SMTP", "*", 99)])

    assert RouteTable([NIGHTLY, dear], policy="least_cost").route("bob@b.test", now=NOON).connector == "dear"


def test_a_decision_names_the_epoch_of_its_table() -> None:
    decision = attrs.evolve(FIELD, epoch=7).route("ann@other.test")

    assert (decision.epoch, explained(decision)[0]) == (7, "SMTP:ann@other.test  (table 7)")


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


def test_one_heavy_connector_among_many_light_ones_has_its_share() -> None:
    """Nine against nine times one: with two connectors other sums come to the same."""
    space = [AddressSpace("SMTP", "*")]
    light = [Connector(f"light{n}", "smtp", space) for n in range(9)]
    shares = draws(RouteTable([Connector("heavy", "smtp", space, weight=9), *light]), 1_000)

    assert abs(shares["heavy"] - 500) < 80, shares


def test_a_type_that_no_space_is_of_is_explained_without_a_number() -> None:
    explained = rows("a SMTP:* 1").route("FAX:1").explain()

    assert "FAX:1" in explained
    assert "match" not in explained


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
        "no route: 5.4.4 no connector has an address space that matches MS:NET/PO2/BOB",
        "",
        "1 MS address space does not match.",
    ]


def test_the_address_types_of_a_table_are_those_of_its_spaces() -> None:
    assert FIELD.address_types == ("MS", "SMTP", "X400")


def test_two_connectors_of_one_name_are_refused() -> None:
    connector = Connector("a", "smtp", [AddressSpace("SMTP", "*")])

    with pytest.raises(UsageError, match="'a': two have this name"):
        RouteTable([connector, connector])


@pytest.mark.parametrize("given", [None, "a", ["a"], Connector("a", "smtp", [AddressSpace("SMTP", "*")])], ids=repr)
def test_what_are_no_connectors_is_refused(given: Any) -> None:
    with pytest.raises(UsageError, match="need a sequence of connectors"):
        RouteTable(given)


def test_one_space_is_given_in_a_sequence_too() -> None:
    space: Any = AddressSpace("SMTP", "*")
    with pytest.raises(UsageError, match=r"need a sequence of them; write \[AddressSpace"):
        Connector("a", "smtp", space)


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
