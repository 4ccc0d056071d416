"""What Microsoft's articles say of Exchange 5.5's routing, as facts of ours; and the faults that they report."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

from msgcore.errors import UsageError
from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, LinkState, MessageFacts, RouteTable, Schedule
from tests.mta.routing.tables import NOON, rows

SMTP_BOB = Address("SMTP", "bob@b.test")


def connector(name: str, cost: int = 1, **fields: Any) -> Connector:
    return Connector(name, "smtp", [AddressSpace("SMTP", "*", cost)], **fields)


def chosen(table: RouteTable, recipient: Address = SMTP_BOB, **facts: Any) -> str | None:
    return table.route(recipient, MessageFacts(**facts), now=NOON).connector


# Address types and their spaces


def test_a_one_off_smtp_address_is_not_swallowed_by_a_broad_x400_space() -> None:
    """Q262112, Q262116: with no SMTP route, X400:c=* took it, and the mail looped."""
    assert chosen(rows("x400 X400:c=* 1", "all-x400 X400:* 1")) is None


def test_a_type_is_compared_whole() -> None:
    """Q149121: a part of the type was enough."""
    assert chosen(rows("a SMTPX:* 1", "b SMT:* 1")) is None


@pytest.mark.parametrize("pattern", ["company.com", "@company.com"])
def test_a_space_that_matches_nothing_there_is_refused_here(pattern: str) -> None:
    """Q229961: the whole address is compared, so that of these spaces nothing ever came."""
    with pytest.raises(UsageError, match=r"write '\*@company\.com'"):
        AddressSpace("SMTP", pattern)


def test_a_space_with_a_star_before_the_domain_matches() -> None:
    """Q229961: SMTP:*@company.com does."""
    assert chosen(rows("a SMTP:*@company.com 1"), Address("SMTP", "ann@company.com")) == "a"


ANN = Address("SMTP", "ann@abc.lab.company.com")
PREFERENCE = ["ann@abc.lab.company.com", "*@abc.lab.company.com", "*@*.lab.company.com", "*@*.company.com", "*"]


@pytest.mark.parametrize(("better", "worse"), list(itertools.combinations(PREFERENCE, 2)))
def test_the_better_match_wins_at_any_cost(better: str, worse: str) -> None:
    """Q229961, Q152471: exact, then the wildcard of more characters, then all of the type; before cost."""
    assert chosen(rows(f"worse SMTP:{worse} 1", f"better SMTP:{better} 100"), ANN) == "better"


def test_what_stands_behind_the_first_star_counts() -> None:
    """Q244986: Exchange 2000 read up to the first star, so that abc.*.x was as good as *.x, and cost decided."""
    table = rows("narrow X400:c=us;a=*;p=abc;* 100", "broad X400:c=us;a=* 1")

    assert chosen(table, Address("X400", "c=us;a=mci;p=abc;s=bob")) == "narrow"


def test_a_space_without_a_value_is_written_as_a_star() -> None:
    """Q152471: a blank value was for all of the type, and a star was better than that; here there is one of the two."""
    with pytest.raises(UsageError, match=r"write '\*'"):
        AddressSpace("MS", "")


@pytest.mark.parametrize("cost", [1, 100])
def test_cost_never_makes_mail_undeliverable(cost: int) -> None:
    """Q262952 (CP xcp09007): it only orders; 100 is taken if there is nothing else."""
    assert chosen(RouteTable([connector("a", cost)])) == "a"


def test_a_cost_of_100_is_the_last_resort() -> None:
    """Q262952 (CP xcp09007)."""
    assert chosen(RouteTable([connector("last", 100), connector("a", 99)])) == "a"


def test_the_cost_is_1_unless_it_is_said() -> None:
    """CP xcp09007."""
    assert AddressSpace("SMTP", "*").cost == 1


def test_a_connector_has_a_space_once() -> None:
    """Q243274: of the rows of one connector and space the cheapest was kept; here there cannot be two."""
    with pytest.raises(UsageError, match="twice"):
        rows("a SMTP:*@b.test 1", "a SMTP:*@b.test 5")


@pytest.mark.parametrize(
    ("scope", "site", "locations", "is_there"),
    [
        ([], "north", [], True),
        ([], "", [], True),
        (["south"], "south", [], True),
        (["south"], "north", [], False),
        (["lab"], "north", ["lab"], True),
        (["lab"], "north", ["office"], False),
        (["lab", "office"], "north", ["office"], True),
    ],
)
def test_a_space_is_there_for_the_organisation_a_site_or_a_location(
    scope: list[str], site: str, locations: list[str], is_there: bool
) -> None:
    """Q234639, Q257638."""
    space = AddressSpace("SMTP", "*", scope=scope)
    table = RouteTable([Connector("a", "smtp", [space])], site=site, locations=locations)

    assert chosen(table) == ("a" if is_there else None)


# Selection (Q193322), one step after the other: each decides whatever the later ones say.


def test_rerouting_stays_within_the_set_of_the_best_space() -> None:
    """Q229961."""
    table = rows("narrow SMTP:*@b.test 1", "other SMTP:*@b.test 2", "broad SMTP:* 1")

    left = [table.route(SMTP_BOB, exclude=tried).connector for tried in ({"narrow"}, {"narrow", "other"})]
    assert left == ["other", None]


def test_a_message_does_not_leave_by_the_connector_it_came_in_by() -> None:
    """Q193322 step 1."""
    assert chosen(RouteTable([connector("a"), connector("z", 9)]), arrived_by="a") == "z"


def test_a_connector_that_failed_as_often_as_it_may_is_dropped() -> None:
    """Q193322 step 2: Max Open Retries, counted for this message."""
    assert chosen(RouteTable([connector("a", max_tries=2), connector("z", 9)]), tries={"a": 2, "z": 7}) == "z"


BY_OPENING = [
    connector("called", 1, schedule=Schedule()),
    connector("later", 2, schedule=Schedule(["Tue 15:00-16:00"])),  # NOON is of a Tuesday
    connector("soon", 3, schedule=Schedule(["Tue 13:00-14:00"])),
    connector("open", 4, schedule=Schedule(["Tue 11:00-13:00"])),
]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_connector_that_opens_soonest_is_kept(count: int) -> None:
    """Q193322 step 3: Active Now, Will Become Active, Remote Initiated."""
    assert chosen(RouteTable(BY_OPENING[:count])) == BY_OPENING[count - 1].name


def test_the_connector_that_this_message_tried_least_is_kept() -> None:
    """Q193322 step 4."""
    assert chosen(RouteTable([connector("a"), connector("z", 9)]), tries={"a": 2, "z": 1}) == "z"


def test_new_mail_skips_a_connector_in_open_retry() -> None:
    """Q193322 step 5: preemptive rerouting."""
    table, links = RouteTable([connector("a"), connector("z", 9)]), LinkState({"a": NOON + timedelta(minutes=10)})

    assert table.route(SMTP_BOB, links=links, now=NOON).connector == "z"


def test_the_lowest_cost_is_kept() -> None:
    """Q193322 step 6."""
    assert chosen(RouteTable([connector("a", 9), connector("z", 1)])) == "z"


def test_the_local_connector_is_kept() -> None:
    """Q193322 step 7."""
    table = RouteTable([connector("a", site="north"), connector("z", site="south")], site="south")

    assert chosen(table) == "z"


def test_a_nearer_connector_that_costs_more_is_not_kept() -> None:
    """Q193322: step 6 comes before step 7."""
    table = RouteTable([connector("a", 1, site="north"), connector("z", 2, site="south")], site="south")

    assert chosen(table) == "a"


def test_load_is_spread_among_equals() -> None:
    """CP xog06022: roughly equally."""
    table = RouteTable([connector("a"), connector("b")])
    taken = [chosen(table, transfer_id=f"{n}") for n in range(1_000)]

    assert 440 < taken.count("a") < 560


LEAST_COST = RouteTable([connector("cheap", 1), connector("dear", 9)], policy="least_cost")


def test_only_the_least_cost_route_is_used_while_its_link_is_down() -> None:
    """Q166567: with this policy mail waits for the cheap one."""
    decision = LEAST_COST.route(SMTP_BOB, links=LinkState({"cheap": NOON + timedelta(1)}), now=NOON)

    assert (decision.connector, decision.retry_at) == ("cheap", NOON + timedelta(1))


def test_a_dear_route_that_is_active_goes_before_a_least_cost_route_that_is_not() -> None:
    """Q166567: the one exception."""
    cheap = connector("cheap", 1, schedule=Schedule(["Tue 13:00-14:00"]))
    table = RouteTable([cheap, connector("dear", 9)], policy="least_cost")

    assert chosen(table) == "dear"


@pytest.mark.parametrize("order", list(itertools.permutations(["a", "b", "c"])))
def test_the_last_row_does_not_win_by_being_last(order: tuple[str, ...]) -> None:
    """Q196665: with equal retry timers the last row did, whatever its cost."""
    costs = {"a": 5, "b": 1, "c": 9}
    table, links = RouteTable(connector(name, costs[name]) for name in order), LinkState(dict.fromkeys("abc", NOON))

    assert table.route(SMTP_BOB, links=links, now=NOON - timedelta(hours=1)).connector == "b"


@pytest.mark.parametrize(("size_octets", "name"), [(1_000, "a"), (1_001, None)])
def test_a_size_limit_is_what_it_says(size_octets: int, name: str | None) -> None:
    """Q146264: the Internet Mail Service took 1,023 octets more."""
    assert chosen(RouteTable([connector("a", max_size_octets=1_000)]), size_octets=size_octets) == name


@pytest.mark.parametrize(
    "limit",
    [{"max_size_octets": 9}, {"only_from": ["*@a.test"]}, {"message_classes": ["REPORT"]}, {"priorities": (1, 9)}],
    ids=lambda limit: next(iter(limit)),
)
def test_what_a_narrow_space_cannot_take_is_taken_by_a_broad_one(limit: dict[str, Any]) -> None:
    """mta.md a2: what a connector cannot take at all is dropped before specificity."""
    narrow = Connector("narrow", "smtp", [AddressSpace("SMTP", "*@b.test")], **limit)

    assert chosen(RouteTable([narrow, connector("broad", 100)]), size_octets=10) == "broad"
