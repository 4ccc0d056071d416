"""TLS reports: what is counted, by whom it is told, and to whom."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import attrs
import dns.message
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.times import Deadline
from msgcore.model import Address, Envelope
from msgcore.mta.nexthop.counting import CountedSessions
from msgcore.mta.nexthop.policy import PolicyKind
from msgcore.mta.nexthop.reporting import TlsReporting
from msgcore.mta.nexthop.results import AppliedPolicy, SessionResult
from msgcore.mta.nexthop.schema import NEXTHOP_SCHEMA
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.nexthop.sql_keeper import SqlKeeper
from msgcore.mta.nexthop.sts_policies import KeptPolicy
from msgcore.mta.nexthop.tls_report import ReportPlaces, TlsReport, report_places, write_mail
from msgcore.mta.nexthop.wishes import wishes_of
from msgcore.mta.queue.contract import Accept
from msgcore.runtime import NEVER, Database, Runtime
from msgcore.runtime.dns import Resolver
from msgcore.spi.gateway import Content
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call
from msgcore.testing.queues import ANN, to
from tests.mta.nexthop.rfc8460 import problems_of_mail, problems_of_report, report_in
from tests.mta.places import Target
from tests.servers import Authority
from tests.servers.https_server import HttpsServer, Page
from tests.servers.name_server import NameServer

T = TypeVar("T")

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

CONTACT = Address("SMTP", "postmaster@a.test")
STS = AppliedPolicy("b.test", "sts", ("version: STSv1", "mode: enforce", "mx: *.b.test", "max_age: 60"), ("*.b.test",))
GOOD = SessionResult(STS, host="mx.b.test", address="192.0.2.1")
BAD = SessionResult(STS, "certificate-expired", "mx.b.test", "192.0.2.1", "expired in 1999")
NONE = SessionResult(AppliedPolicy("c.test", "no-policy-found"), "starttls-not-supported", "mx.c.test", "192.0.2.2")
ZONES = {
    "b.test": '_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@b.test, https://reports.b.test:PORT/in"\nreports A 127.0.0.1',
    "c.test": "",
    "d.test": '_smtp._tls TXT "v=TLSRPTv1;rua=mailto:tls@b.test"',
}


@attrs.define
class Node:
    """One node's reporting, and what it gave to the queue."""

    reporting: TlsReporting
    keeper: SqlKeeper
    runtime: Runtime
    accepted: list[Accept] = attrs.field(factory=list[Accept])


@attrs.define
class Town:
    """Nodes of one organisation, and readers of reports."""

    names: NameServer
    server: HttpsServer
    authority: Authority
    target: Target
    clock: ManualClock = attrs.field(factory=lambda: ManualClock(NOON))

    def at_nodes(self, story: Callable[[Node, Node], Coroutine[Any, Any, T]]) -> T:
        async def main(runtime: Runtime) -> T:
            database = await runtime.in_thread(lambda: Database.open(self.target, NEXTHOP_SCHEMA, create=True))
            try:
                return await story(self._node(runtime, database), self._node(runtime, database))
            finally:
                await database.close(runtime)

        return call(runtime_on(Mode.BLOCKING, self.clock), main)

    def _node(self, runtime: Runtime, database: Database) -> Node:
        accepted: list[Accept] = []

        async def accept(one: Accept, _: Deadline) -> None:
            accepted.append(one)

        resolver, keeper = Resolver(runtime, self.names.settings), SqlKeeper(runtime, database)
        settings = OutboundSettings(ca_file=self.authority.ca_file, organization_name="A & Co")
        reporting = TlsReporting(runtime, resolver, settings, "mx.a.test", CONTACT, keeper, accept)
        return Node(reporting, keeper, runtime, accepted)

    def a_day_later(self) -> None:
        self.clock.move(timedelta(days=1, hours=5).total_seconds())


@pytest.fixture
def town(authority: Authority, target: Target) -> Iterator[Town]:
    with HttpsServer(authority.issue("reports.b.test"), Page(status=201)) as server:
        zones = {name: text.replace("PORT", str(server.port)) for name, text in ZONES.items()}
        with NameServer(zones) as names:
            yield Town(names, server, authority, target)


def test_what_two_nodes_counted_is_reported_once_by_mail_and_https(town: Town) -> None:
    async def story(one: Node, other: Node) -> list[Accept]:
        for node, results in ((one, [GOOD, GOOD, BAD]), (other, [GOOD, BAD, NONE])):
            for result in results:
                node.reporting.counts.count(result)
            await node.reporting.counts.write(NEVER)
        assert [await node.reporting.send_due(NEVER) for node in (one, other)] == [0, 0]  # the day is not over
        town.a_day_later()
        assert [await node.reporting.send_due(NEVER) for node in (other, one, one)] == [1, 0, 0]
        return [*one.accepted, *other.accepted]

    [accepted] = town.at_nodes(story)
    mail = accepted.content.octets
    [(first, body)] = town.server.asked
    report = report_in(mail)
    [policy] = report["policies"]

    assert problems_of_mail(mail, "b.test") == []
    assert (first, json.loads(gzip.decompress(body))) == ("POST /in HTTP/1.1", report)
    assert (report["organization-name"], report["contact-info"]) == ("A & Co", "postmaster@a.test")
    assert policy["summary"] == {"total-successful-session-count": 3, "total-failure-session-count": 2}
    assert [one["failed-session-count"] for one in policy["failure-details"]] == [2]
    assert policy["policy"]["policy-string"] == list(STS.text)
    assert [one.address.email_address for one in accepted.recipients] == ["tls@b.test"]
    assert not accepted.request.require_tls


def test_a_report_that_nobody_takes_is_sent_again_by_any_node(town: Town) -> None:
    town.server.page = Page(status=500)
    town.names.faults["_smtp._tls.b.test"] = only_https(town.server.port)

    async def story(one: Node, other: Node) -> list[int]:
        one.reporting.counts.count(BAD)
        await one.reporting.counts.write(NEVER)
        town.a_day_later()
        sent = [await one.reporting.send_due(NEVER), await other.reporting.send_due(NEVER)]
        town.server.page = Page(status=200)
        town.clock.move(601)
        return [*sent, await other.reporting.send_due(NEVER), await one.reporting.send_due(NEVER)]

    assert town.at_nodes(story) == [0, 0, 1, 0]
    assert len(town.server.asked) == 2


def only_https(port: int) -> Callable[[dns.message.Message], dns.message.Message]:
    def change(answer: dns.message.Message) -> dns.message.Message:
        text = f'"v=TLSRPTv1; rua=https://reports.b.test:{port}/in"'
        answer.answer[:] = [dns.rrset.from_text(answer.question[0].name, 60, "IN", "TXT", text)]
        return answer

    return change


def test_what_cannot_be_written_now_is_not_lost_and_what_nobody_asks_for_is_not_kept(town: Town) -> None:
    async def story(one: Node, _: Node) -> tuple[int, list[tuple[date, str]]]:
        one.reporting.counts.count(BAD)
        one.reporting.counts.count(NONE)
        await one.reporting.counts.write(one.runtime.deadline(0))
        await one.reporting.counts.write(NEVER)
        town.a_day_later()
        due = await one.keeper.due_reports(one.runtime.now().date(), NEVER)
        return len(due), list(due)

    count, [(_, domain)] = town.at_nodes(story)
    assert (count, domain) == (1, "b.test")


def test_a_report_that_nobody_takes_for_a_day_is_given_up(town: Town) -> None:
    town.server.page = Page(status=500)
    town.names.faults["_smtp._tls.b.test"] = only_https(town.server.port)

    async def story(one: Node, _: Node) -> list[int]:
        now = town.clock.now()
        town.clock.move(timedelta(hours=24 - now.hour, minutes=-now.minute).total_seconds())
        one.reporting.counts.count(BAD)
        await one.reporting.counts.write(NEVER)
        left: list[int] = []
        for pause in (timedelta(days=1, hours=5), timedelta(hours=1), timedelta(days=1)):
            town.clock.move(pause.total_seconds())
            await one.reporting.send_due(NEVER)
            town.clock.move(601)
            left.append(len(await one.keeper.due_reports(date(2100, 1, 1), NEVER)))
        return left

    assert town.at_nodes(story) == [1, 1, 0]
    assert len(town.server.asked) == 3


def test_who_names_hosts_and_policies_without_end_gets_a_report_that_has_one(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("msgcore.mta.nexthop.sql_keeper._MOST_ROWS", 90)
    huge = attrs.evolve(STS, text=("x" * 60_000, *map(str, range(1_000))), hosts=tuple(map(str, range(1_000))))

    async def story(one: Node, _: Node) -> list[CountedSessions]:
        for _minute in range(2):
            for number in range(80):
                one.reporting.counts.count(attrs.evolve(BAD, policy=huge, address=f"192.0.2.{number}"))
            await one.reporting.counts.write(NEVER)
        few = list(await one.keeper.claim_report(one.runtime.now().date(), "b.test", NEVER) or ())
        for number in range(45):
            one.reporting.counts.count(attrs.evolve(BAD, policy=huge, address=f"198.51.100.{number}"))
        await one.reporting.counts.write(NEVER)
        town.clock.move(601)
        return [*few, *(await one.keeper.claim_report(one.runtime.now().date(), "b.test", NEVER) or ())]

    *few, all_of_them = town.at_nodes(story)
    assert (len(few), sum(one.sessions for one in few)) == (51, 160)
    assert (all_of_them.sessions, all_of_them.result.host, all_of_them.result.reason) == (205, "", BAD.reason)
    assert all(len("".join(one.result.policy.text)) < 2_000 for one in few)


@pytest.mark.parametrize("domain", [".".join(["a" * 60] * 4), "silent.test"])
def test_a_domain_of_which_nothing_is_known_keeps_no_count_of_others_back(town: Town, domain: str) -> None:
    town.names.faults["_smtp._tls.silent.test TXT"] = lambda _: None

    async def story(one: Node, _: Node) -> set[str]:
        one.reporting.counts.count(BAD)
        one.reporting.counts.count(attrs.evolve(BAD, policy=attrs.evolve(STS, domain=domain)))
        await one.reporting.counts.write(one.runtime.deadline(3))
        return {name for _, name in await one.keeper.due_reports(date(2100, 1, 1), NEVER)}

    assert "b.test" in town.at_nodes(story)


def test_sessions_of_a_report_are_not_counted_and_it_goes_past_policies() -> None:
    report = TlsReport("b.test", date(2026, 1, 1), "A", "mx.a.test", "x@a.test", ((BAD, 1),))
    mail = write_mail(report, CONTACT, [Address("SMTP", "tls@b.test")], ManualClock().now())
    wishes = wishes_of(Envelope(ANN, to("bob"), "t1"), Content(mail))

    assert (wishes.waives_tls, wishes.is_counted, wishes.requires_tls) == (True, False, False)


def test_a_policy_is_kept_for_all_nodes_and_never_replaced_by_an_older_one(town: Town) -> None:
    async def story(one: Node, other: Node) -> list[KeptPolicy | None]:
        now = one.runtime.now()
        new = KeptPolicy("b.test", "2", "x", now, now + timedelta(days=1))
        old = attrs.evolve(new, policy_id="1", fetched_at=now - timedelta(hours=1))
        await one.keeper.keep_policy(new, NEVER)
        await other.keeper.keep_policy(old, NEVER)
        return [await other.keeper.kept_policy("b.test", NEVER), await one.keeper.kept_policy("c.test", NEVER)]

    kept, nothing = town.at_nodes(story)
    assert (kept and kept.policy_id, nothing) == ("2", None)


def test_a_policy_whose_time_is_over_makes_room(town: Town) -> None:
    async def story(one: Node, _: Node) -> list[bool]:
        now = one.runtime.now()
        for domain in ("b.test", "c.test"):
            await one.keeper.keep_policy(KeptPolicy(domain, "1", "x", now, now + timedelta(hours=1)), NEVER)
        town.clock.move(3_600)
        late = one.runtime.now()
        await one.keeper.keep_policy(KeptPolicy("c.test", "2", "x", late, late + timedelta(hours=1)), NEVER)
        return [await one.keeper.kept_policy(domain, NEVER) is not None for domain in ("b.test", "c.test")]

    assert town.at_nodes(story) == [False, True]


KINDS: list[PolicyKind] = ["tlsa", "sts", "no-policy-found"]
RESULTS = st.builds(
    SessionResult,
    st.builds(AppliedPolicy, st.just("b.test"), st.sampled_from(KINDS), st.sampled_from([(), ("a", "b")])),
    st.sampled_from(["", "validation-failure", "certificate-expired"]),
    st.sampled_from(["", "mx.b.test"]),
    st.sampled_from(["", "192.0.2.1", "2001:db8::1"]),
    st.text(max_size=5),
)


@given(st.lists(st.tuples(RESULTS, st.integers(1, 2**40)), min_size=1, max_size=6))
def test_whatever_was_counted_the_report_is_one(sessions: list[tuple[SessionResult, int]]) -> None:
    report = TlsReport("b.test", date(2026, 1, 1), "A", "mx.a.test", "x@a.test", tuple(sessions))

    assert problems_of_report(json.loads(gzip.decompress(report.octets()))) == []
    mail = write_mail(report, CONTACT, [Address("SMTP", "tls@b.test"), CONTACT], ManualClock().now())
    assert problems_of_mail(mail, "b.test") == []


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (b"v=TLSRPTv1; rua=mailto:t@b.test", ReportPlaces((Address("SMTP", "t@b.test"),))),
        (b"v=TLSRPTv1;rua=mailto:a%2Bb@b.test?x=y", None),
        (b"v=TLSRPTv1; rua=https://x.test/y,mailto:t@b.test;", None),
        (b"v=TLSRPTv1; rua=http://x.test/y", ReportPlaces()),
        (b"v=TLSRPTv1; rua=mailto:", ReportPlaces()),
        (b"v=TLSRPTv2; rua=mailto:t@b.test", ReportPlaces()),
        (b"v=TLSRPTv1;", ReportPlaces()),
    ],
)
def test_who_wants_reports(record: bytes, expected: ReportPlaces | None) -> None:
    found = report_places([b"other", record])

    assert found == expected if expected is not None else bool(found)
    assert report_places([record, record]) == ReportPlaces()
