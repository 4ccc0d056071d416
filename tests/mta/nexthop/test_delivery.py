"""Delivery by MX, against a name server and hosts on loopback addresses."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from msgcore.errors import TimedOut
from msgcore.model import Accepted, Deferred, Envelope, Outcome, Recipient, Refused
from msgcore.mta.gateways.smtp import SmtpGateway
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.runtime import Runtime
from msgcore.spi.gateway import Content
from msgcore.testing.modes import Mode
from msgcore.testing.queues import ANN, LETTER, to
from tests.mta.nexthop.hosts import FIRST, SECOND, Place, place
from tests.servers import Authority
from tests.servers.name_server import servfail

# Which host


def test_the_best_host_has_it_and_is_named(mode: Mode, plain: Place) -> None:
    [outcome] = plain.deliver(mode)

    assert (type(outcome), outcome.remote_mta) == (Accepted, "mx1.b.test")
    assert outcome.note == f"the certificate was not verified; by mx1.b.test [{FIRST}]"
    assert (len(plain.first.received), len(plain.second.received)) == (1, 0)
    assert plain.counted.told == [("no-policy-found", "", "mx1.b.test")]


def test_one_that_does_not_answer_is_passed_over_and_tried_last_for_a_while(mode: Mode, plain: Place) -> None:
    plain.first.stop()
    outcomes = plain.deliver(mode)
    plain.first.start()

    assert [one.remote_mta for one in outcomes] == ["mx2.b.test"]

    async def story(gateway: SmtpGateway, runtime: Runtime) -> list[str]:
        hosts: list[str] = []
        for number in range(2):
            if number == 0:
                plain.first.answer("421 4.3.2 not now", at="greeting", times=1)
            envelope = Envelope(ANN, to("bob"), f"t{number}")
            told = await gateway.deliver(envelope, Content(LETTER), "b.test", runtime.deadline(30))
            hosts += [one.remote_mta for one in told.values()]
        return hosts

    assert plain.at_gateway(mode, story) == ["mx2.b.test", "mx2.b.test"]


def test_one_that_is_silent_leaves_time_for_the_next(mode: Mode, plain: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("msgcore.mta.gateways.smtp._OPEN_SECONDS", 0.5)
    with plain.first.down(), socket.create_server((FIRST, plain.port)):
        [outcome] = plain.deliver(mode)

    assert outcome.remote_mta == "mx2.b.test"


def test_a_session_serves_one_message_after_another(plain: Place) -> None:
    plain.deliver(Mode.BLOCKING, times=3)

    assert (len(plain.first.received), len(plain.first.sessions)) == (3, 1)


def test_where_nobody_answers_all_are_named(mode: Mode, plain: Place) -> None:
    with plain.first.down(), plain.second.down():
        [outcome] = plain.deliver(mode)

    assert isinstance(outcome, Deferred) and "mx1.b.test" in outcome.text and "mx2.b.test" in outcome.text


def test_what_a_host_says_of_a_recipient_is_not_asked_of_another(plain: Place) -> None:
    plain.first.answer("451 4.2.1 busy", at="RCPT")

    [outcome] = plain.deliver(Mode.BLOCKING)
    assert (type(outcome), outcome.code, len(plain.second.received)) == (Deferred, 451, 0)


NAMES = {
    "null.test": "@ MX 10 .",
    "self.test": "@ MX 10 mx.a.test.",
    "local.test": f"@ MX 10 mx\nmx A {FIRST}",
    "nowhere.test": "@ MX 10 gone",
    "implicit.test": f"@ A {FIRST}",
    "alias.test": f"@ MX 10 alias\nalias CNAME mx\nmx A {SECOND}",
    "far.test": f"@ MX 10 gone1\n@ MX 10 gone2\n@ MX 20 mx\ngone1 A 127.0.0.3\ngone2 A 127.0.0.4\nmx A {FIRST}",
    "one.test": "@ MX 10 sick\nsick A 127.0.0.1",
}


@pytest.fixture(scope="module")
def many(authority: Authority) -> Iterator[Place]:
    for many in place(authority, None, NAMES):
        many.outbound = OutboundSettings()
        yield many


@pytest.mark.parametrize(
    ("domain", "status"),
    [
        ("null.test", "5.1.10"),
        ("self.test", "5.4.6"),
        ("gone.test", "5.1.2"),
        ("nowhere.test", "5.4.4"),
        ("a..b", "5.1.2"),
        ("[127.0.0.1]x", "5.1.2"),
    ],
)
def test_where_no_mail_goes_it_is_refused(many: Place, domain: str, status: str) -> None:
    [outcome] = many.deliver(Mode.BLOCKING, domain)

    assert (type(outcome), str(outcome.enhanced)) == (Refused, status)


@pytest.mark.parametrize(
    ("domain", "host"), [("implicit.test", "implicit.test"), ("alias.test", "alias.test"), (f"[{SECOND}]", SECOND)]
)
def test_hosts_without_mx_behind_aliases_and_addresses(many: Place, domain: str, host: str) -> None:
    [outcome] = many.deliver(Mode.BLOCKING, domain)

    assert isinstance(outcome, Accepted) and outcome.remote_mta.endswith(host)


def test_the_host_behind_two_that_are_gone_has_it(many: Place) -> None:
    """At the first try: when the second one comes, another process may make it, which knows nothing of the two."""
    [outcome] = many.deliver(Mode.BLOCKING, "far.test")

    assert (type(outcome), outcome.remote_mta) == (Accepted, "mx.far.test")


def test_a_host_that_is_this_machine_gets_nothing_unless_that_is_allowed(many: Place) -> None:
    async def story(gateway: SmtpGateway, runtime: Runtime) -> list[Outcome]:
        envelope = Envelope(ANN, to("bob"), "t1")
        return list((await gateway.deliver(envelope, Content(LETTER), "local.test", runtime.deadline(30))).values())

    [outcome] = many.at_gateway(Mode.BLOCKING, story, allow_loopback=False)
    assert (type(outcome), str(outcome.enhanced)) == (Refused, "5.4.4")


@pytest.mark.parametrize("asked", ["implicit.test MX", "one.test MX", "sick.one.test"])
def test_where_dns_does_not_say_nothing_is_guessed(many: Place, asked: str) -> None:
    """Above all no host is made of the domain itself."""
    many.names.faults[asked] = servfail
    [outcome] = many.deliver(Mode.BLOCKING, asked.partition(" ")[0].removeprefix("sick."))
    many.names.faults.clear()

    assert outcome == Deferred(None, "4.4.3")


# TLS that nobody asked for


@pytest.mark.parametrize("fault", ["cut", "454 4.7.0 no"])
def test_without_a_policy_a_failed_handshake_is_followed_by_one_try_in_clear(
    mode: Mode, plain: Place, fault: str
) -> None:
    if fault == "cut":
        plain.first.cut(at="STARTTLS")
    else:
        plain.first.answer(fault, at="STARTTLS")
    [outcome] = plain.deliver(mode)

    assert (type(outcome), outcome.remote_mta) == (Accepted, "mx1.b.test")
    assert outcome.note.startswith(
        "in clear: " if fault == "cut" else "in clear: the server refuses STARTTLS: 454 4.7.0 no; by "
    )
    assert [one.result for one in plain.counted.results] == [
        "validation-failure" if fault == "cut" else "starttls-not-supported"
    ]


def test_a_floor_of_the_mta_is_kept_to(mode: Mode, plain: Place) -> None:
    plain.outbound = OutboundSettings(uses_mta_sts=False, tls={"B.test": "verify"})
    assert isinstance(plain.deliver(mode)[0], Accepted)

    plain.ca_file = Path(ssl.get_default_verify_paths().openssl_cafile)
    for server in (plain.first, plain.second):
        server.leave_out("STARTTLS")
    [outcome] = plain.deliver(mode)
    assert outcome == Deferred(None, "4.7.5")


# Several at once


def deliver_all(mode: Mode, at: Place, count: int) -> list[tuple[int, str, str]]:
    """Give what was told, in its order."""
    told: list[tuple[int, str, str]] = []

    def tell(number: int, outcomes: Mapping[Recipient, Outcome]) -> None:
        told.extend((number, type(one).__name__, one.remote_mta) for one in outcomes.values())

    async def story(gateway: SmtpGateway, runtime: Runtime) -> None:
        batch = [(Envelope(ANN, to("bob"), f"t{number}"), Content(LETTER)) for number in range(count)]
        await gateway.deliver_all(batch, "b.test", runtime.deadline(30), tell)

    at.at_gateway(mode, story)
    return told


def test_several_go_to_the_next_host_when_the_first_wants_no_session(mode: Mode, plain: Place) -> None:
    plain.first.answer("421 4.3.2 not now", at="greeting")

    assert deliver_all(mode, plain, 3) == [(number, "Accepted", "mx2.b.test") for number in range(3)]
    assert len(plain.second.sessions) == 1


def test_where_no_host_wants_a_session_that_is_told_once(plain: Place) -> None:
    for server in (plain.first, plain.second):
        server.answer("554 5.3.2 no mail here", at="greeting")

    assert deliver_all(Mode.BLOCKING, plain, 1) == [(0, "Refused", "mx2.b.test")]


def test_one_host_that_wants_none_and_one_that_is_not_there_refuse_nobody(plain: Place) -> None:
    plain.first.answer("554 5.3.2 no mail here", at="greeting")
    with plain.second.down():
        [outcome] = plain.deliver(Mode.BLOCKING)

    assert isinstance(outcome, Deferred) and "554" in outcome.text


def test_what_a_batch_has_no_time_for_is_late_and_says_nothing_of_the_hosts(mode: Mode, plain: Place) -> None:
    async def story(gateway: SmtpGateway, runtime: Runtime) -> list[int]:
        deadline, told = runtime.deadline(2), list[int]()

        def tell(number: int, outcomes: Mapping[Recipient, Outcome]) -> None:
            told.append(number)
            time.sleep(deadline.remaining_seconds())

        batch = [(Envelope(ANN, to("bob"), f"t{number}"), Content(LETTER)) for number in range(9)]
        with pytest.raises(TimedOut, match=r"^b\.test: the deadline has passed$"):
            await gateway.deliver_all(batch, "b.test", deadline, tell)
        return told

    told = plain.at_gateway(mode, story)
    assert told == [*range(len(told))] and 0 < len(told) < 9
