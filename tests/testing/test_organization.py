"""The organisation in memory: several people, the real MTA between them, and gateways of a test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

import msgcore
import msgcore.aio
from msgcore import Message, Outcomes, ProfileAdmin, mime
from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import AuthenticationRefused, InvalidAddress, SetupError, UsageError
from msgcore.model import Accepted, Address, Deferred, Delivered, Envelope, Outcome, Recipient, Refused
from msgcore.mta import AddressSpace, Connector, ListenerSettings, ListenOn, RouteTable
from msgcore.mta.organization import Organization
from msgcore.runtime import Runtime
from msgcore.session.session import Session, logon
from msgcore.spi.gateway import Content
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call
from msgcore.testing.organization import MemoryOrganization

T = TypeVar("T")

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    chosen: Mode = request.param
    return chosen


@pytest.fixture
def office() -> MemoryOrganization:
    """Ann and Bob, and no way out."""
    return MemoryOrganization({"ann": "Ann Alm <ann@a.test>", "bob": ["bob@a.test", "robert@a.test"]})


def at(mode: Mode, office: MemoryOrganization, mailbox: str, story: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
    """Log on to a mailbox, run a story, and log off."""

    async def main(runtime: Runtime) -> T:
        async with logon(office.profile(mailbox), runtime) as session:
            return await story(session)

    return mode.run(main)


def administered(mode: Mode, office: MemoryOrganization, story: Callable[[Organization], Coroutine[Any, Any, T]]) -> T:
    return mode.run(lambda runtime: story(office.on(runtime)))


def send(mode: Mode, office: MemoryOrganization, message: Message, *, by: str = "ann") -> Outcomes:
    async def story(session: Session) -> Outcomes:
        submission = await session.submit(message)
        await session.flush_queues()
        return await session.outcomes(submission)

    return at(mode, office, by, story)


def inbox(mode: Mode, office: MemoryOrganization, mailbox: str) -> list[Message]:
    async def story(session: Session) -> list[Message]:
        return [await item.load() for item in await session.inbox.messages()]

    return at(mode, office, mailbox, story)


def letter(to: str | Sequence[str], subject: str = "Hello", **given: Any) -> Message:
    return Message(to=to, subject=subject, text="Hello", **given)


class Phones:
    """A gateway that keeps what it is given; a test says what it answers."""

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.deliveries: list[tuple[Envelope, Content]] = []
        self.closed = 0

    def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        self.deliveries.append((envelope, content))
        answer = self.answers.pop(0) if self.answers else Accepted(202)
        return dict.fromkeys(envelope.recipients, answer)

    def close(self) -> None:
        self.closed += 1


def office_with(phones: object) -> MemoryOrganization:
    connector = Connector("phones", "sms", [AddressSpace("SMS", "*")])
    gateways: dict[str, Any] = {"sms": phones}
    return MemoryOrganization({"ann": "ann@a.test"}, routes=RouteTable([connector]), gateways=gateways)


# Mail inside


def test_a_colleague_has_the_mail_in_the_inbox(mode: Mode, office: MemoryOrganization) -> None:
    send(mode, office, letter("bob@a.test"))

    assert [message.subject for message in inbox(mode, office, "bob")] == ["Hello"]


def test_delivery_inside_is_final(mode: Mode, office: MemoryOrganization) -> None:
    assert send(mode, office, letter("bob@a.test"))["bob@a.test"] == Delivered(250, "2.1.5")


def test_the_mail_comes_from_the_mailbox_it_was_sent_from(mode: Mode, office: MemoryOrganization) -> None:
    send(mode, office, letter("bob@a.test"))

    (message,) = inbox(mode, office, "bob")
    assert str(message.from_) == "Ann Alm <ann@a.test>"


def test_a_reply_finds_its_way_back(mode: Mode, office: MemoryOrganization) -> None:
    send(mode, office, letter("bob@a.test"))
    (question,) = inbox(mode, office, "bob")
    send(mode, office, letter(str(question.from_), in_reply_to=question.message_id), by="bob")

    (answer,) = inbox(mode, office, "ann")
    assert mime.write(answer).count(b"In-Reply-To: " + str(question.message_id).encode()) == 1


def test_two_addresses_of_one_mailbox_bring_the_message_once(mode: Mode, office: MemoryOrganization) -> None:
    send(mode, office, letter(["bob@a.test", "robert@a.test"]))

    assert len(inbox(mode, office, "bob")) == 1


def test_trace_fields_stand_in_front(mode: Mode, office: MemoryOrganization) -> None:
    send(mode, office, letter("bob@a.test"))

    (message,) = inbox(mode, office, "bob")
    assert [field.name for field in message.headers][:2] == ["Return-Path", "Received"]


def test_the_sender_keeps_a_copy_after_logoff(mode: Mode, office: MemoryOrganization) -> None:
    send(mode, office, letter("bob@a.test"))

    async def story(session: Session) -> list[str]:
        return [item.subject for item in await session.sent_items.messages()]

    assert at(mode, office, "ann", story) == ["Hello"]


def test_what_was_not_flushed_waits_in_the_outbox_after_logoff(mode: Mode, office: MemoryOrganization) -> None:
    at(mode, office, "ann", lambda session: session.submit(letter("bob@a.test")))
    before = inbox(mode, office, "bob")
    at(mode, office, "ann", lambda session: session.flush_queues())

    assert (before, len(inbox(mode, office, "bob"))) == ([], 1)


# Names


@pytest.mark.parametrize("name", ["bob", "BOB", "ann alm"])
def test_a_name_is_resolved(mode: Mode, office: MemoryOrganization, name: str) -> None:
    assert [str(one) for one in send(mode, office, letter(name)).values()] == [
        f"delivered 250 2.1.5 in the mailbox of {'bob' if name.lower() == 'bob' else 'Ann Alm'}"
    ]


def test_a_name_that_several_have_is_not_guessed(mode: Mode) -> None:
    office = MemoryOrganization({"ann": "Ann <ann@a.test>", "anna": "Ann <anna@a.test>", "bob": "bob@a.test"})
    office.open().add_mailbox("other", display_name="bob")

    with pytest.raises(InvalidAddress, match="may be any of"):
        send(mode, office, letter("bob"))


def test_a_name_of_nobody_is_refused_at_submit(mode: Mode, office: MemoryOrganization) -> None:
    with pytest.raises(InvalidAddress, match="no address book"):
        send(mode, office, letter("carol"))


# Who gets nothing


def test_nobody_of_that_address_is_reported_to_the_sender(mode: Mode, office: MemoryOrganization) -> None:
    send(mode, office, letter(["bob@a.test", "nobody@a.test"]))

    (message,) = inbox(mode, office, "ann")
    report = mime.read_delivery_report(message)
    assert report is not None
    assert [str(one.address) for one in report.recipients] == ["nobody@a.test"]


def test_an_address_type_without_a_route_is_refused_by_the_profile(mode: Mode, office: MemoryOrganization) -> None:
    outcomes = send(mode, office, letter("FAX:+46 8 1"))

    assert outcomes["FAX:+46 8 1"] == Refused(None, "5.4.4")


def test_an_unroutable_recipient_is_told_before_submit(mode: Mode, office: MemoryOrganization) -> None:
    async def story(session: Session) -> list[bool]:
        return [one.is_claimed for one in await session.check_recipients(letter(["bob@a.test", "x@b.test"]))]

    assert at(mode, office, "ann", story) == [True, False]


def test_a_recipient_that_the_gateway_refuses_is_reported(mode: Mode) -> None:
    office = office_with(Phones(Refused(404, "5.1.1", "no such number")))
    send(mode, office, letter("SMS:+46701"))

    (message,) = inbox(mode, office, "ann")
    report = mime.read_delivery_report(message)
    assert report is not None
    assert [(one.address.typed, str(one.status)) for one in report.recipients] == [("SMS:+46701", "5.1.1")]


# Gateways


def test_a_gateway_gets_its_mail_from_the_mta(mode: Mode) -> None:
    phones = Phones()
    outcomes = send(mode, office_with(phones), letter("SMS:+46701", "Fire"))

    assert outcomes["SMS:+46701"] == Accepted(202)
    ((envelope, content),) = phones.deliveries
    assert ([one.address.typed for one in envelope.recipients], mime.read(content.octets).subject) == (
        ["SMS:+46701"],
        "Fire",
    )


def test_a_gateway_of_coroutines_gets_its_mail(mode: Mode) -> None:
    phones = Phones()

    class Awaited:
        async def deliver(
            self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
        ) -> Mapping[Recipient, Outcome]:
            return phones.deliver(envelope, content, next_hop, deadline)

    assert send(mode, office_with(Awaited()), letter("SMS:+46701"))["SMS:+46701"] == Accepted(202)


def test_what_a_gateway_defers_waits_with_its_reason(mode: Mode) -> None:
    office = office_with(Phones(Deferred(503, text="busy")))
    send(mode, office, letter("SMS:+46701"))

    (waiting,) = administered(mode, office, lambda one: one.queued())
    assert (waiting.outcome, waiting.outcome.text, waiting.tries) == (Deferred(503), "busy", 1)


def test_what_a_gateway_defers_is_tried_again_by_the_next_flush(mode: Mode) -> None:
    phones = Phones(Deferred(503), Accepted(202))
    office = office_with(phones)
    send(mode, office, letter("SMS:+46701"))
    at(mode, office, "ann", lambda session: session.flush_queues())

    assert (len(phones.deliveries), administered(mode, office, lambda one: one.waiting())) == (2, 0)


def test_a_deferred_recipient_is_tried_again_when_it_is_due() -> None:
    """On a clock that the test moves; an MTA of blocking callers works on a loop with the machine's clock."""
    phones, clock = Phones(Deferred(503), Accepted(202)), ManualClock(NOON)
    office = office_with(phones)
    runtime = runtime_on(Mode.ASYNCIO, clock)

    async def main(runtime: Runtime) -> list[int]:
        tries: list[int] = []
        async with logon(office.profile("ann"), runtime) as session:
            await session.submit(letter("SMS:+46701"))
            await session.flush_queues()
            for minutes in (0, 4, 2):
                clock.move(timedelta(minutes=minutes))
                await office.on(runtime).deliver()
                tries.append(len(phones.deliveries))
        return tries

    assert call(runtime, main) == [1, 1, 2]


def test_a_gateway_that_was_given_is_not_closed(mode: Mode) -> None:
    phones = Phones()
    send(mode, office_with(phones), letter("SMS:+46701"))

    assert phones.closed == 0


def test_a_gateway_that_breaks_is_named_in_the_outcome(mode: Mode) -> None:
    class Broken:
        def deliver(
            self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
        ) -> Mapping[Recipient, Outcome]:
            raise KeyError("number")

    outcome = send(mode, office_with(Broken()), letter("SMS:+46701"))["SMS:+46701"]
    assert (type(outcome), "gateway sms" in outcome.text, "KeyError" in outcome.text) == (Deferred, True, True)


# Administration


def test_mailboxes_are_made_and_listed_by_name(mode: Mode, office: MemoryOrganization) -> None:
    administered(mode, office, lambda one: one.add_mailbox("Al", addresses=["al@a.test"], display_name="Al Ek"))
    found = administered(mode, office, lambda one: one.mailboxes())

    assert [(one.name, one.display_name, [str(a) for a in one.addresses]) for one in found] == [
        ("Al", "Al Ek", ["al@a.test"]),
        ("ann", "Ann Alm", ["Ann Alm <ann@a.test>"]),
        ("bob", "bob", ["bob@a.test", "robert@a.test"]),
    ]


def test_a_mailbox_that_was_made_later_gets_mail(mode: Mode, office: MemoryOrganization) -> None:
    administered(mode, office, lambda one: one.add_mailbox("carol", addresses=["carol@a.test"]))
    send(mode, office, letter("carol@a.test"))

    assert len(inbox(mode, office, "carol")) == 1


@pytest.mark.parametrize(
    ("name", "addresses", "complaint"),
    [
        ("ANN", [], "there is a mailbox"),
        ("carol", ["ANN@A.test"], "belongs to mailbox 'ann'"),
        ("carol", ["c@a.test", "C@a.test"], "belongs to mailbox 'carol'"),
        ("carol", ["Carol"], "such as SMTP:carol@"),
        (" ", [], "needs a name"),
    ],
)
def test_a_mailbox_that_cannot_be_is_not_made(
    mode: Mode, office: MemoryOrganization, name: str, addresses: list[str], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        administered(mode, office, lambda one: one.add_mailbox(name, addresses=addresses))
    assert [one.name for one in office.open().mailboxes()] == ["ann", "bob"]


def test_a_mailbox_that_is_there_is_given_as_it_is(mode: Mode, office: MemoryOrganization) -> None:
    made = administered(mode, office, lambda one: one.add_mailbox("ANN", addresses=["new@a.test"], exist_ok=True))

    assert (made.name, made.addresses) == ("ann", (Address("SMTP", "ann@a.test"),))


@pytest.mark.parametrize("address", ["ann@a.test", "ANN@A.TEST", "EX:/O=Office/cn=recipients/cn=ANN"])
def test_every_address_of_a_mailbox_leads_inside(mode: Mode, office: MemoryOrganization, address: str) -> None:
    assert administered(mode, office, lambda one: one.route(address)).connector == "mailboxes"


def test_routes_that_are_given_back_stay_the_same(mode: Mode, office: MemoryOrganization) -> None:
    async def story(one: Organization) -> list[str]:
        out = Connector("out", "smtp", [AddressSpace("SMTP", "*")], {"relay": "smtp://out.a.test"})
        await one.set_routes(RouteTable([out]))
        await one.set_routes(await one.routes())
        return [connector.name for connector in (await one.routes()).connectors]

    assert administered(mode, office, story) == ["mailboxes", "out"]


@pytest.mark.parametrize(
    ("connector", "kind"),
    [
        (Connector("out", "carrier-pigeon", [AddressSpace("SMTP", "*")]), UsageError),
        (Connector("out", "smtp", [AddressSpace("SMTP", "*")], {"relay": "no url"}), UsageError),
    ],
    ids=["not installed", "options"],
)
def test_a_wrong_connector_is_refused(connector: Connector, kind: type[UsageError]) -> None:
    with pytest.raises(kind, match="connector 'out'"):
        MemoryOrganization({}, routes=RouteTable([connector]))


def test_a_queue_is_worked_off_without_a_session(mode: Mode) -> None:
    phones = Phones(Deferred(503), Accepted(202))
    office = office_with(phones)
    send(mode, office, letter("SMS:+46701"))

    async def story(one: Organization) -> int:
        await one.retry()
        await one.deliver()
        return await one.waiting()

    assert administered(mode, office, story) == 0


# Opening


def test_a_mailbox_of_nobody_cannot_be_opened(mode: Mode, office: MemoryOrganization) -> None:
    with pytest.raises(SetupError, match="no mailbox 'carol'"):
        inbox(mode, office, "carol")


def test_blocking_code_logs_on(office: MemoryOrganization) -> None:
    with msgcore.logon(office.profile("ann")) as ann:
        ann.submit(letter("bob"))
        ann.flush_queues()
    with msgcore.logon(office.profile("bob")) as bob:
        assert [item.subject for item in bob.inbox.messages()] == ["Hello"]


def test_asyncio_code_logs_on(office: MemoryOrganization) -> None:
    async def main() -> list[str]:
        async with msgcore.aio.logon(office.profile("ann")) as ann, msgcore.aio.logon(office.profile("bob")) as bob:
            await ann.submit(letter("bob"))
            await ann.flush_queues()
            return [item.subject for item in await bob.inbox.messages()]

    assert asyncio.run(main()) == ["Hello"]


def test_its_service_may_stand_in_a_profile_by_name(office: MemoryOrganization, tmp_path: Path) -> None:
    msgcore.register_service("test-office", office.service_class)
    admin = ProfileAdmin(tmp_path)
    admin.create("ann", [{"service": "test-office", "mailbox": "ann"}])

    with msgcore.logon("ann", admin=admin) as ann:
        assert ann.primary_identity == Address("SMTP", "ann@a.test")


def test_organisations_share_nothing(mode: Mode, office: MemoryOrganization) -> None:
    other = MemoryOrganization({"ann": "ann@a.test", "bob": "bob@a.test"})
    send(mode, office, letter("bob"))

    assert inbox(mode, other, "bob") == []


# Passwords


def test_the_owner_of_a_mailbox_logs_in_at_its_listeners(office: MemoryOrganization) -> None:
    rules = ListenerSettings("mx.a.test", mailboxes_log_in=True)
    organization = office.open()
    organization.set_password("ann", Secret("pa ss"))
    with organization.working([ListenOn("127.0.0.1", 0, rules)]) as node:

        def sent(user: str, password: str) -> bool:
            """Say whether a login, by SCRAM, is taken."""
            via = f"smtp://127.0.0.1:{node.ports[0]}"
            try:
                message = Message(from_="ann@a.test", to="bob@a.test", subject="Hello")
                msgcore.send(message, via=via, user=user, password=Secret(password), allow_cleartext_login=True)
            except AuthenticationRefused:
                return False
            return True

        logins = [sent("ann", "pa ss"), sent("ANN@a.test", "pa ss"), sent("ann", "no"), sent("bob", "pa ss")]
        organization.remove_password("ann")
        logins.append(sent("ann", "pa ss"))

    assert logins == [True, True, False, False, False]
