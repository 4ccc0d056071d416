"""Who comes in, who has to leave, and who has had enough; on a clock that tests move."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.status import Reply
from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.mta.listener import IntakeLimits, Rate, from_networks
from msgcore.mta.listener.visits import Visit, Visits, network_of
from msgcore.runtime import NEVER, BlockingRuntime, run
from msgcore.testing.clock import ManualClock
from msgcore.testing.queues import NOON

CLIENTS = [f"192.0.2.{number}" for number in range(5)]


class Napping(BlockingRuntime):
    """A runtime on a clock that stands still, but for its sleeps."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock(NOON)

    def monotonic(self) -> float:
        return self.clock.monotonic()

    async def sleep(self, seconds: float, deadline: Deadline = NEVER) -> None:
        self.clock.move(seconds)


class Hall:
    """A listener's visits, and who has had to leave."""

    def __init__(self, places: int = 100, **limits: Any) -> None:
        self.runtime = Napping()
        self.visits = Visits(self.runtime, IntakeLimits(**limits), places)
        self.here: Counter[str] = Counter()
        self.left: list[str] = []

    def enter(self, address: str) -> Visit:
        visit = self.visits.enter(address, lambda: self._leave(address))
        self.here[address] += visit.refusal is None
        return visit

    def _leave(self, address: str) -> None:
        self.here[address] -= 1
        self.left.append(address)

    def move(self, seconds: float) -> None:
        self.runtime.clock.move(seconds)


def said(reply: Reply | None) -> str:
    return "" if reply is None else f"{reply.code} {reply.enhanced}"


# Places


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("64:ff9b::192.0.2.7", "192.0.2.7"),
        ("64:ff9b:1::192.0.2.7", "64:ff9b:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_client_is_an_address_of_ipv4_or_a_network_of_ipv6(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_client_has_so_many_places_and_others_have_theirs() -> None:
    hall = Hall(connections=2)
    visits = [hall.enter(address) for address in ("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1")]

    assert [said(visit.refusal) for visit in visits] == ["", "", "421 4.7.0", ""]


def test_a_place_is_free_again_when_its_visit_is_over() -> None:
    hall = Hall(connections=1)
    hall.visits.end(hall.enter("192.0.2.1"))
    refused = [hall.enter("192.0.2.1").refusal, hall.enter("192.0.2.1").refusal]

    assert list(map(said, refused)) == ["", "421 4.7.0"]


def test_who_is_exempt_has_no_limit_as_a_client() -> None:
    hall = Hall(connections=1, new_connections=Rate(1), messages=Rate(1), exempt=from_networks("192.0.2.0/24"))
    visits = [hall.enter("192.0.2.1") for _ in range(9)]

    assert {said(visit.refusal) + said(visit.mail("")) for visit in visits} == {""}


def test_who_connects_too_often_comes_again_later() -> None:
    hall = Hall(new_connections=Rate(2, 60))
    refused: list[str] = []
    for seconds in (0, 0, 0, 31):
        hall.move(seconds)
        visit = hall.enter("192.0.2.1")
        refused.append(said(visit.refusal))
        hall.visits.end(visit)

    assert refused == ["", "", "421 4.7.0", ""]


@given(st.lists(st.sampled_from(CLIENTS[1:]), min_size=8, max_size=8), st.integers(1, 8))
def test_who_has_more_leaves_for_who_has_less(clients: list[str], places: int) -> None:
    """However they came: the newcomer gets in as long as one of the others has more than one place."""
    hall = Hall(places)
    for client in clients:
        hall.enter(client)
    before, most = hall.here.total(), max(hall.here.values())
    newcomer = hall.enter(CLIENTS[0])

    assert before == hall.here.total() == len(hall.visits) == places
    assert (newcomer.refusal is None) == (most > 1)


def test_a_thousand_that_bring_nothing_keep_nobody_out_for_long() -> None:
    hall = Hall(1_000, idle_seconds=10)
    for number in range(1_000):
        hall.enter(f"10.0.{number // 250}.{number % 250}")
    first = hall.enter("192.0.2.1")
    hall.move(10)
    second = hall.enter("192.0.2.1")

    assert (said(first.refusal), said(second.refusal), hall.left) == ("421 4.3.2", "", ["10.0.0.0"])


def test_who_brought_something_stays_before_who_brought_nothing() -> None:
    hall = Hall(2)
    busy, _ = hall.enter("192.0.2.1"), hall.enter("192.0.2.2")
    hall.move(11)
    busy.mail("")
    hall.enter("192.0.2.3")

    assert hall.left == ["192.0.2.2"]


def test_who_sends_from_several_places_keeps_them_before_a_crowd_that_sits_there() -> None:
    hall = Hall(4)
    here = [hall.enter(address) for address in (*CLIENTS[:2], CLIENTS[4], CLIENTS[4])]
    hall.move(11)
    for busy in here[2:]:
        busy.mail("")
    for address in CLIENTS[2:4]:
        hall.enter(address)

    assert hall.left == CLIENTS[:2]


def test_whose_message_is_being_taken_stays() -> None:
    hall = Hall(1)
    hall.enter("192.0.2.1").is_taking = True
    hall.move(1_000)

    assert (said(hall.enter("192.0.2.2").refusal), hall.left) == ("421 4.3.2", [])


def test_who_sends_a_long_message_keeps_its_place_and_who_drips_one_does_not() -> None:
    hall = Hall(2)
    sends, drips = hall.enter("192.0.2.1"), hall.enter("192.0.2.2")
    for visit in (sends, drips):
        visit.mail("")
    for _ in range(20):
        hall.move(1)
        drips.arrived(500)
        sends.arrived(100_000)
    hall.enter("192.0.2.3")

    assert hall.left == ["192.0.2.2"]


# Memory


def begins(hall: Hall, address: str, octets: int) -> Visit:
    visit = hall.enter(address)
    visit.mail("")
    hall.move(1)
    visit.arrived(octets)
    return visit


def test_whose_client_has_the_most_under_way_gives_up_what_it_began_last() -> None:
    hall = Hall(octets_under_way=1_000)
    honest = begins(hall, "192.0.2.1", 300)
    first, second = begins(hall, "192.0.2.2", 200), begins(hall, "192.0.2.2", 200)
    went_on = honest.arrived(200), first.arrived(300), second.arrived(1)

    assert (went_on, hall.left) == ((True, True, False), ["192.0.2.2"])


def test_what_is_over_is_under_way_no_more() -> None:
    hall = Hall(octets_under_way=1_000)
    over, left = (begins(hall, address, 400) for address in CLIENTS[:2])
    over.over()
    hall.visits.end(left)

    assert (begins(hall, CLIENTS[4], 1_000).arrived(0), hall.left) == (True, [])


def test_a_message_that_is_being_taken_is_not_given_up() -> None:
    hall = Hall(octets_under_way=1_000)
    taken, other = begins(hall, "192.0.2.1", 900), begins(hall, "192.0.2.2", 10)
    taken.is_taking = True

    assert (other.arrived(100), hall.left) == (False, ["192.0.2.2"])


# Rates


def test_messages_and_their_recipients_and_octets_are_counted_for_a_client() -> None:
    hall = Hall(messages=Rate(2), recipients=Rate(3), octets=Rate(1_000))
    one, other = hall.enter("192.0.2.1"), hall.enter("192.0.2.1")

    assert [said(visit.mail("")) for visit in (one, other, one)] == ["", "", "450 4.7.28"]
    assert [said(visit.rcpt("")) for visit in (one, other, one, other)] == ["", "", "", "450 4.7.28"]
    hall.move(60)
    one.taken(2_000)
    assert [said(other.mail("")), said(hall.enter("192.0.2.2").mail(""))] == ["450 4.7.28", ""]


def test_a_user_is_counted_wherever_he_comes_from() -> None:
    hall = Hall(user_messages=Rate(2, 3_600), user_recipients=Rate(1, 3_600))
    visits = [hall.enter(address) for address in CLIENTS[:3]]

    assert [said(visit.mail("ann")) for visit in visits] == ["", "", "450 4.7.28"]
    assert [said(visit.rcpt("ANN")) for visit in visits[:2]] == ["", "450 4.7.28"]
    assert [said(visits[0].mail("bob")), said(visits[0].mail(""))] == ["", ""]


def test_all_together_have_a_limit_too() -> None:
    hall = Hall(all_messages=Rate(2), exempt=from_networks("192.0.2.0/24"))
    visits = [hall.enter(address) for address in CLIENTS[:3]]

    assert [said(visit.mail("")) for visit in visits] == ["", "", "451 4.3.2"]


def test_who_asks_for_unknown_people_or_errs_too_often_is_sent_away() -> None:
    hall = Hall(bad_recipients=Rate(3), refused_commands=Rate(2))
    visit = hall.enter("192.0.2.1")

    assert [said(visit.bad_recipient()) for _ in range(3)] == ["", "", "421 4.7.0"]
    assert [said(visit.refused()) for _ in range(2)] == ["", "421 4.7.0"]


# Logins


def logs_in(visit: Visit, name: str, *, rightly: bool) -> str:
    return said(visit.before_login() or run(visit.after_login(name, is_proved=rightly)))


def test_a_refused_login_is_held_back() -> None:
    hall = Hall(refused_login_seconds=3)
    logs_in(hall.enter("192.0.2.1"), "ann", rightly=False)

    assert hall.runtime.clock.moved.total_seconds() == 3


def test_a_client_that_guesses_is_refused_whoever_it_says_it_is() -> None:
    hall = Hall(refused_logins=Rate(3), refused_login_seconds=0)
    for name in ("ann", "bob", "eve"):
        logs_in(hall.enter("192.0.2.1"), name, rightly=False)

    assert logs_in(hall.enter("192.0.2.1"), "dan", rightly=True) == "421 4.7.0"
    assert logs_in(hall.enter("192.0.2.2"), "dan", rightly=True) == ""


def test_a_client_does_not_guess_more_often_side_by_side() -> None:
    hall = Hall(refused_logins=Rate(3), refused_login_seconds=0)
    visits = [hall.enter("192.0.2.1") for _ in range(5)]
    begun = [said(visit.before_login()) for visit in visits]
    ended = [said(run(visit.after_login("ann", is_proved=visit is visits[-1]))) for visit in visits]

    assert (begun, ended) == ([""] * 5, ["", "", "", "421 4.7.0", "421 4.7.0"])


def test_who_guesses_one_password_from_everywhere_does_not_learn_it() -> None:
    """But the user goes on to log in from where he has before."""
    hall = Hall(user_refused_logins=Rate(3), refused_login_seconds=0)
    home = hall.enter("192.0.2.99")
    first = logs_in(home, "ann", rightly=True)
    for address in CLIENTS[:3]:
        logs_in(hall.enter(address), "ann", rightly=False)

    assert [logs_in(hall.enter(CLIENTS[4]), "ANN", rightly=True) for _ in range(9)] == ["421 4.7.0"] * 9
    hall.move(1_200)
    assert logs_in(hall.enter(CLIENTS[4]), "ann", rightly=True) == ""
    assert [first, logs_in(home, "ann", rightly=True)] == ["", ""]


def test_a_right_password_that_is_not_taken_counts_as_a_wrong_one() -> None:
    """Else a client that may go on guessing for longer would know why."""
    hall = Hall(user_refused_logins=Rate(1), refused_logins=Rate(3), refused_login_seconds=0)
    logs_in(hall.enter("192.0.2.99"), "ann", rightly=False)

    for address, rightly in ((CLIENTS[0], True), (CLIENTS[1], False)):
        answers = [logs_in(hall.enter(address), "ann", rightly=rightly) for _ in range(3)]
        assert (answers, said(hall.enter(address).before_login())) == (["421 4.7.0"] * 3, "421 4.7.0")


def test_where_nobody_knows_who_was_meant_nobody_is_locked_out() -> None:
    hall = Hall(user_refused_logins=Rate(1), refused_login_seconds=0)
    for address in CLIENTS:
        logs_in(hall.enter(address), "", rightly=False)

    assert logs_in(hall.enter("192.0.2.99"), "", rightly=True) == ""


def test_of_those_who_logged_in_the_last_are_remembered() -> None:
    hall = Hall(most_remembered=3)
    for number in (0, 1, 2, 0, 3, 4):
        logs_in(hall.enter("192.0.2.1"), f"user {number}", rightly=True)

    assert [number for number in range(9) if hall.visits.is_known(f"user {number}", "192.0.2.1")] == [0, 3, 4]


# The greeting


def test_the_greeting_waits_for_strangers_only_where_it_is_asked_to() -> None:
    waits: list[float] = []
    for seconds, address in ((0, "192.0.2.1"), (5, "192.0.2.1"), (5, "127.0.0.1")):
        hall = Hall(greeting_seconds=seconds)
        run(hall.enter(address).greet())
        waits.append(hall.runtime.clock.moved.total_seconds())

    assert waits == [0, 5, 0]


@pytest.mark.parametrize("wrong", [{"connections": 0}, {"most_remembered": 0}, {"exempt": "127.0.0.1"}])
def test_limits_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        IntakeLimits(**wrong)
