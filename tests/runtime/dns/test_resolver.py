"""The resolver in front of a name server, for blocking and asyncio callers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import attrs
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import InvalidAddress, OperationCancelled, ResolverFailed, TimedOut, UsageError
from msgcore.runtime import Runtime
from msgcore.runtime.dns import DnsAnswer, DnsKind, DnsSettings, MxRecord, Resolver, TlsaRecord
from msgcore.runtime.dns.names import a_labels
from msgcore.testing.modes import Mode, call, gather
from tests.servers import name_server
from tests.servers.name_server import Fault, NameServer

ZONES = {
    "a.test": """
        @ MX 10 mx
        @ MX 20 Backup.Mail.Test.
        @ TXT "v=spf1 " "-all"
        mx A 192.0.2.1
        mx AAAA 2001:db8::1
        _25._tcp.mx TLSA 3 1 0 aabbcc
        www CNAME web.b.test.
        loop CNAME ring
        ring CNAME loop
        deep CNAME www
        null MX 0 .
        xn--bcher-kva A 192.0.2.7
        *.wild A 192.0.2.9
    """,
    "b.test": "web A 192.0.2.2",
    "many.test": name_server.many_mx(1_000),
}


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    with NameServer(ZONES) as server:
        yield server


@pytest.fixture(autouse=True)
def clean(server: NameServer) -> None:
    server.faults.clear()
    server.asked.clear()


def asking(settings: DnsSettings, *questions: tuple[str, DnsKind], mode: Mode = Mode.BLOCKING) -> list[DnsAnswer]:
    """Ask one resolver several questions, one after the other."""

    async def main(runtime: Runtime) -> list[DnsAnswer]:
        resolver = Resolver(runtime, settings)
        return [await resolver.ask(name, kind, runtime.deadline(20)) for name, kind in questions]

    return mode.run(main)


def ask(server: NameServer, name: str, kind: DnsKind = DnsKind.A, mode: Mode = Mode.BLOCKING) -> DnsAnswer:
    (answer,) = asking(attrs.evolve(server.settings, attempts=1, attempt_seconds=5), (name, kind), mode=mode)
    return answer


@pytest.mark.parametrize(
    ("name", "kind", "records"),
    [
        ("a.test", DnsKind.MX, {MxRecord(10, "mx.a.test"), MxRecord(20, "backup.mail.test")}),
        ("A.TEST.", DnsKind.TXT, {b"v=spf1 -all"}),
        ("mx.a.test", DnsKind.AAAA, {"2001:db8::1"}),
        ("_25._tcp.mx.a.test", DnsKind.TLSA, {TlsaRecord(3, 1, 0, b"\xaa\xbb\xcc")}),
        ("null.a.test", DnsKind.MX, {MxRecord(0, "")}),
        ("Bücher.a.test", DnsKind.A, {"192.0.2.7"}),
        ("x.y.wild.a.test", DnsKind.A, {"192.0.2.9"}),
        ("www.a.test", DnsKind.CNAME, {"web.b.test"}),
        ("mx.a.test", DnsKind.MX, set[str]()),
    ],
)
def test_what_a_zone_says_is_the_answer(server: NameServer, name: str, kind: DnsKind, records: set[object]) -> None:
    answer = ask(server, name, kind)
    assert set(answer.records) == records
    assert (answer.exists, answer.is_secure) == (True, False)


def test_aliases_are_followed_and_the_name_at_their_end_is_told(server: NameServer, mode: Mode) -> None:
    answer = ask(server, "deep.a.test", mode=mode)
    assert (answer.records, answer.canonical_name) == (("192.0.2.2",), "web.b.test")


def test_a_name_that_is_not_there_is_no_error(server: NameServer, mode: Mode) -> None:
    answer = ask(server, "nobody.a.test", DnsKind.MX, mode)
    assert (answer.records, answer.exists, answer.ttl_seconds) == ((), False, 300)


def test_an_answer_of_a_thousand_records_comes_by_tcp(server: NameServer, mode: Mode) -> None:
    assert len(ask(server, "many.test", DnsKind.MX, mode).records) == 1_000


def test_aliases_in_a_circle_are_a_failure(server: NameServer) -> None:
    with pytest.raises(ResolverFailed, match="circle"):
        ask(server, "loop.a.test")


def test_aliases_that_the_server_does_not_follow_are_followed(server: NameServer) -> None:
    def only_first(answer: dns.message.Message) -> dns.message.Message:
        del answer.answer[1:]
        return answer

    server.faults["deep.a.test"] = server.faults["www.a.test"] = only_first
    assert ask(server, "deep.a.test").records == ("192.0.2.2",)
    assert server.asked == ["deep.a.test A", "www.a.test A", "web.b.test A"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [(name_server.servfail, "SERVFAIL"), (name_server.refused, "REFUSED"), (name_server.lame, "does not resolve")],
)
def test_a_server_that_cannot_say_is_a_failure_that_names_it(server: NameServer, fault: Fault, said: str) -> None:
    server.faults["a.test"] = fault
    with pytest.raises(ResolverFailed, match=rf"^MX of a\.test\.: 127\.0\.0\.1:{server.port}: .*{said}"):
        ask(server, "a.test", DnsKind.MX)


@pytest.mark.parametrize("fault", [name_server.silent, name_server.wrong_id])
def test_a_server_that_is_silent_or_somebody_else_is_left_for_the_next(server: NameServer, fault: Fault) -> None:
    server.faults["mx.a.test"] = fault
    with NameServer({"a.test": "mx A 192.0.2.66"}) as other:
        both = attrs.evolve(
            server.settings,
            name_servers=server.settings.name_servers + other.settings.name_servers,
            attempt_seconds=0.5,
        )
        first, second = asking(both, ("mx.a.test", DnsKind.A), ("mx.a.test", DnsKind.AAAA))
    assert first.records == ("192.0.2.66",)
    assert second.records == ()
    assert server.asked == ["mx.a.test A"], "who answered last is asked first"


def test_an_address_where_nobody_listens_is_left_at_once(server: NameServer, mode: Mode) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"127.0.0.1:{unused.getsockname()[1]}"
    settings = attrs.evolve(server.settings, name_servers=(closed, *server.settings.name_servers), attempt_seconds=25)
    (answer,) = asking(settings, ("mx.a.test", DnsKind.A), mode=mode)
    assert answer.records == ("192.0.2.1",)


def _lowered(asked: dns.rrset.RRset) -> dns.rrset.RRset:
    return dns.rrset.RRset(asked.name.canonicalize(), asked.rdclass, asked.rdtype)


def test_an_answer_in_other_letters_is_asked_again_by_tcp(server: NameServer) -> None:
    forged: list[bool] = []

    def forge(answer: dns.message.Message) -> dns.message.Message:
        """Know the id, and not how the name was written."""
        if not forged:
            forged.append(True)
            answer.question = [_lowered(answer.question[0])]
            answer.answer = [dns.rrset.from_text("mx.a.test.", 300, "IN", "A", "192.0.2.66")]
        return answer

    server.faults["mx.a.test"] = forge
    assert ask(server, "mx.a.test").records == ("192.0.2.1",)


def test_a_server_without_edns_is_asked_without(server: NameServer) -> None:
    def no_edns(answer: dns.message.Message) -> dns.message.Message:
        return name_server.failing(answer, dns.rcode.FORMERR) if answer.edns >= 0 else answer

    server.faults["mx.a.test"] = no_edns
    assert ask(server, "mx.a.test").records == ("192.0.2.1",)


def test_answers_are_kept_there_or_not(server: NameServer) -> None:
    questions = [
        ("a.test", DnsKind.MX),
        ("nobody.a.test", DnsKind.A),
        ("A.TEST", DnsKind.MX),
        ("nobody.a.test", DnsKind.A),
    ]
    first, absent, *again = asking(server.settings, *questions)
    assert [attrs.evolve(one, ttl_seconds=300) for one in again] == [first, absent]
    assert server.asked == ["a.test MX", "nobody.a.test A"]


def test_no_more_answers_are_kept_than_the_settings_say(server: NameServer) -> None:
    few = attrs.evolve(server.settings, cached_answers=2)
    asking(few, *((f"{name}.a.test", DnsKind.A) for name in ("mx", "www", "deep", "mx")))
    assert server.asked.count("mx.a.test A") == 2


def test_equal_questions_at_once_are_asked_once(server: NameServer, mode: Mode) -> None:
    everybody_waits = threading.Event()

    def slow(answer: dns.message.Message) -> dns.message.Message:
        everybody_waits.wait(20)
        return answer

    server.faults["mx.a.test"] = slow
    answers: list[DnsAnswer] = []

    async def main(runtime: Runtime) -> None:
        resolver = Resolver(runtime, attrs.evolve(server.settings, attempt_seconds=20))

        async def ask() -> None:
            answers.append(await resolver.ask("mx.a.test", DnsKind.A, runtime.deadline(20)))

        async def ask_hurriedly() -> None:
            with pytest.raises(TimedOut):
                await resolver.ask("mx.a.test", DnsKind.A, runtime.deadline(0.05))
            everybody_waits.set()

        await gather(runtime, ask(), ask_hurriedly(), ask())

    mode.run(main)
    assert [answer.records for answer in answers] == [("192.0.2.1",)] * 2
    assert len(server.asked) <= 2, "one more when the hurried one came first"


def test_a_question_ends_when_the_call_is_cancelled(server: NameServer, mode: Mode) -> None:
    runtime = mode.runtime()

    def cancel(answer: dns.message.Message) -> None:
        runtime.cancel()

    server.faults["mx.a.test"] = cancel
    patient = attrs.evolve(server.settings, attempt_seconds=25)

    async def main(runtime: Runtime) -> None:
        await Resolver(runtime, patient).ask("mx.a.test", DnsKind.A, runtime.deadline(None))

    with pytest.raises(OperationCancelled):
        call(runtime, main)


def test_the_word_of_a_validating_server_counts_only_when_it_is_trusted(server: NameServer) -> None:
    def authentic(answer: dns.message.Message) -> dns.message.Message:
        answer.flags |= dns.flags.AD
        return answer

    server.faults["mx.a.test"] = authentic
    assert not ask(server, "mx.a.test").is_secure
    (answer,) = asking(attrs.evolve(server.settings, trusts_ad=True), ("mx.a.test", DnsKind.A))
    assert answer.is_secure


@pytest.mark.parametrize("name", ["a.invalid", "INVALID.", "b.onion"])
def test_nobody_is_asked_for_names_that_are_never_there(server: NameServer, name: str) -> None:
    assert not ask(server, name).exists
    assert server.asked == []


@pytest.mark.parametrize(
    "name", ["", ".", "a..test", "a b.test", "a\0.test", "x" * 64 + ".test", "x." * 130, "a\u200d.test"]
)
def test_what_is_no_name_is_the_callers_mistake(name: str) -> None:
    with pytest.raises(InvalidAddress, match="no domain name"):
        a_labels(name)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Bücher.example", "xn--bcher-kva.example"),
        ("Faß.example", "xn--fa-hia.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("_25._tcp.MX.a.test.", "_25._tcp.mx.a.test"),
        ("user+tag=x._spf.a.test", "user+tag=x._spf.a.test"),
    ],
)
def test_international_names_are_asked_for_as_a_labels(name: str, written: str) -> None:
    assert a_labels(name) == written


@pytest.mark.parametrize("place", ["ns.a.test", "192.0.2.1:0", "192.0.2.1:99999", "192.0.2.1:dns", "[::1", ""])
def test_a_name_server_is_an_address(place: str) -> None:
    with pytest.raises(UsageError, match=r"name server|port"):
        DnsSettings((place,))


def test_one_name_server_is_a_sequence_too() -> None:
    with pytest.raises(UsageError, match=r"write \['192\.0\.2\.1'\]"):
        DnsSettings("192.0.2.1")


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader_of_names(name: str) -> None:
    try:
        written = a_labels(name)
    except InvalidAddress:
        return
    assert a_labels(written) == written
    assert dns.name.Name([*(label.encode("ascii") for label in written.split(".")), b""]).is_absolute()


@pytest.mark.parametrize(
    "values",
    [{"trusts_ad": "no"}, {"validates": "no"}, {"attempts": "3"}, {"attempts": 1.5}, {"attempt_seconds": float("nan")}],
)
def test_settings_of_another_kind_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"^{next(iter(values))}: "):
        DnsSettings(**values)
