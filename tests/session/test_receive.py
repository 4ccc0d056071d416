"""Receiving through a session: from which services, into which store, and what happens beside it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ClassVar

import pytest

from msgcore import Message, RetrievalProgress
from msgcore.base.times import Deadline
from msgcore.blocking.session import Session
from msgcore.errors import (
    AuthenticationRefused,
    ConnectionLost,
    MaildropInUse,
    NotSupported,
    OperationCancelled,
    PluginBroken,
    ProfileError,
    SetupError,
    TimedOut,
    UsageError,
)
from msgcore.props.table import PidTagProviderDisplay, PidTagResourceType, PidTagStatusCode
from msgcore.runtime import Runtime
from msgcore.session.services import ResourceType, ServiceState
from msgcore.spi.capability import Capability
from msgcore.spi.registry import register_service
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.testing.memory_maildrop import MemoryMaildrop, MemoryRetriever, register_memory_maildrops
from msgcore.testing.memory_store import MemoryStore, StoreMemory
from tests.flow.modes import Mode
from tests.session.desk import MEMORY, Desk
from tests.session.services import MemoryConfig, MemoryService, memory


@pytest.fixture
def ann() -> MemoryMaildrop:
    return MemoryMaildrop()


@pytest.fixture
def bob() -> MemoryMaildrop:
    return MemoryMaildrop()


@pytest.fixture(autouse=True)
def maildrops(ann: MemoryMaildrop, bob: MemoryMaildrop) -> None:
    register_memory_maildrops(ann=ann, bob=bob)


def account(name: str = "ann", **settings: object) -> dict[str, object]:
    return {"service": "maildrop", "name": name, "url": f"maildrop://{name}", **settings}


def letter(subject: str) -> bytes:
    return f"From: eve@e.test\r\nSubject: {subject}\r\n\r\nHello\r\n".encode()


def subjects(session: Session, store: int = 0) -> list[str]:
    return sorted(item.subject for item in session.stores[store].inbox.messages())


@pytest.fixture
def session(desk: Desk, ann: MemoryMaildrop) -> Iterator[Session]:
    """A session with a mailbox and one account, where a letter waits."""
    ann.put(letter("one"))
    with desk.log_on(desk.mailbox(), account()) as session:
        yield session


# What comes, and where to


def test_what_waits_is_in_the_inbox(session: Session) -> None:
    session.receive()

    assert subjects(session) == ["one"]


def test_what_was_stored_is_deleted_at_the_server(session: Session, ann: MemoryMaildrop) -> None:
    session.receive()

    assert ann.waiting() == ()


def test_a_copy_that_is_left_is_not_received_twice(desk: Desk, ann: MemoryMaildrop) -> None:
    ann.put(letter("one"))
    for _ in range(2):
        with desk.log_on(desk.mailbox(), account(leave_on_server=True)) as session:
            session.receive()

    with desk.log_on(desk.mailbox()) as session:
        assert subjects(session) == ["one"]


def test_what_comes_goes_where_its_class_is_received(desk: Desk, ann: MemoryMaildrop) -> None:
    report = (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\nSubject: told\r\n\r\n--x\r\n\r\n"
    )
    status = b"--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; b.test\r\n\r\n"
    ann.put(report + status + b"Final-Recipient: rfc822; bob@b.test\r\nAction: failed\r\nStatus: 5.1.1\r\n--x--\r\n")
    ann.put(letter("one"))
    with desk.log_on(desk.mailbox(), account()) as session:
        reports = session.default_store.root.create_folder("Reports")
        session.default_store.set_receive_folder("REPORT", reports)
        session.receive()

        assert ([item.subject for item in reports.messages()], subjects(session)) == (["told"], ["one"])


def test_the_report_says_what_was_done(session: Session) -> None:
    (report,) = session.receive()

    assert str(report).startswith("ann: 1 received")


def test_there_is_a_report_for_each_account_in_the_order_of_the_profile(desk: Desk) -> None:
    with desk.log_on(account("bob"), desk.mailbox(), account("ann")) as session:
        assert [report.service for report in session.receive()] == ["bob", "ann"]


def test_only_the_services_that_are_named_are_asked(desk: Desk, ann: MemoryMaildrop, bob: MemoryMaildrop) -> None:
    with desk.log_on(desk.mailbox(), account("ann"), account("bob")) as session:
        session.receive("bob")

    assert (ann.sessions, bob.sessions) == (0, 1)


def test_a_service_that_is_named_twice_is_asked_once(desk: Desk, ann: MemoryMaildrop) -> None:
    with desk.log_on(desk.mailbox(), account()) as session:
        session.receive("ann", "ann")

    assert ann.sessions == 1


async def awaited(progress: RetrievalProgress) -> None: ...


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (awaited, "on_progress: need a plain function, got one that is async def"),
        (1, "on_progress: need a plain function, got int"),
    ],
)
def test_progress_is_told_to_a_plain_function(session: Session, ann: MemoryMaildrop, given: Any, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        session.receive(on_progress=given)

    assert (str(caught.value), ann.sessions) == (text, 0)


def test_a_call_without_a_limit_of_time_is_one(session: Session) -> None:
    assert [report.stored for report in session.receive(timeout_seconds=None)] == [1]


def test_progress_is_told_with_the_new_messages(session: Session) -> None:
    told: list[RetrievalProgress] = []
    session.receive(on_progress=told.append)

    assert [session.load_message(one).subject for step in told for one in step.entry_ids] == ["one"]


def test_mail_goes_to_the_store_that_the_policy_names(desk: Desk, ann: MemoryMaildrop) -> None:
    ann.put(letter("one"))
    with desk.log_on(desk.mailbox("a.db"), _other(desk), account(deliver_to="other")) as session:
        session.receive()

        assert (subjects(session, 0), subjects(session, 1)) == ([], ["one"])


def _other(desk: Desk) -> dict[str, object]:
    """Make a second mailbox that is no copy of the template, and so has a uid of its own."""
    path = desk.folder / "other.db"
    desk.open_store(f"sqlite:///{path}").close()
    return {"service": "personal-folders", "path": str(path), "name": "other"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nowhere", "deliver_to: ann delivers to 'nowhere', and there is no such service in this profile, but mail.db"),
        ("memory", "deliver_to: ann delivers to 'memory', and it has no store that keeps a journal"),
        ("old.db", "deliver_to: ann delivers to 'old.db', and it is opened read-only"),
    ],
)
def test_a_store_that_is_not_there_is_named_with_the_account(desk: Desk, name: str, text: str) -> None:
    old = {**desk.mailbox("old.db"), "read_only": True}
    with desk.log_on(desk.mailbox(), old, MEMORY, account(deliver_to=name)) as session:
        with pytest.raises(ProfileError) as caught:
            session.receive()

        assert str(caught.value).startswith(text)


def test_mail_for_a_store_that_could_not_be_opened_stays_at_the_server(desk: Desk, ann: MemoryMaildrop) -> None:
    ann.put(letter("one"))
    broken = {"service": "broken-logon", "name": "archive"}
    with desk.log_on(desk.mailbox(), broken, account(deliver_to="archive")) as session:
        with pytest.raises(AuthenticationRefused, match="wrong password"):
            session.receive()

        assert ann.sessions == 0


def test_without_a_default_store_nothing_is_retrieved(desk: Desk, ann: MemoryMaildrop) -> None:
    with desk.log_on(account()) as session:
        with pytest.raises(NotSupported) as caught:
            session.receive()

        assert (ann.sessions, str(caught.value)) == (
            0,
            "ann: no service of this profile has a store that mail could be delivered to: add personal-folders",
        )


READ_ONLY = "no service of this profile has a store that mail could be delivered to (mail.db is opened read-only)"


@pytest.mark.parametrize("verb", ["receive", "flush_queues"])
def test_mail_for_a_store_that_is_opened_read_only_stays_at_the_server(
    desk: Desk, ann: MemoryMaildrop, verb: str
) -> None:
    with desk.log_on({**desk.mailbox(), "read_only": True}, account()) as session:
        with pytest.raises(NotSupported) as caught:
            getattr(session, verb)()

        assert (ann.sessions, str(caught.value)) == (0, f"ann: {READ_ONLY}")


def test_headers_for_a_store_that_is_opened_read_only_are_not_looked_at(desk: Desk) -> None:
    services = {**desk.mailbox(), "read_only": True}, account()
    with desk.log_on(*services) as session, pytest.raises(NotSupported, match=r"mail\.db is opened read-only"):
        session.remote_headers()


def test_a_store_without_an_outbox_takes_mail_where_there_is_no_other(desk: Desk, ann: MemoryMaildrop) -> None:
    register_service("inbound", Inbound)
    ann.put(letter("one"))
    with desk.log_on({"service": "inbound"}, account()) as session:
        (report,) = session.flush_queues()

        assert (report.stored, subjects(session)) == (1, ["one"])


# What goes wrong


def test_the_error_of_one_account_is_raised_after_the_others_have_ended(
    desk: Desk, ann: MemoryMaildrop, bob: MemoryMaildrop
) -> None:
    ann.fail("list", ConnectionLost("gone"))
    bob.put(letter("one"))
    with desk.log_on(desk.mailbox(), account("ann"), account("bob")) as session:
        with pytest.raises(ConnectionLost, match="gone"):
            session.receive()

        assert subjects(session) == ["one"]


def test_without_a_check_the_report_has_the_error(session: Session, ann: MemoryMaildrop) -> None:
    ann.fail("open", AuthenticationRefused("wrong password"))
    (report,) = session.receive(check=False)

    assert str(report) == "ann: 0 received; stopped: wrong password"


def test_a_maildrop_that_stays_in_use_raises(session: Session, ann: MemoryMaildrop) -> None:
    with ann.lock(), pytest.raises(MaildropInUse):
        session.receive(timeout_seconds=1.0)


def test_a_service_that_does_not_retrieve_is_refused_with_those_that_do(session: Session) -> None:
    with pytest.raises(UsageError) as caught:
        session.receive("mail.db")

    assert str(caught.value) == "'mail.db' is no service of this profile that retrieves mail; there are ann"


def test_a_list_of_names_is_no_name(session: Session) -> None:
    with pytest.raises(UsageError, match="need text"):
        session.receive(["ann"])  # type: ignore[arg-type]  # what somebody may write


LOST: dict[str, dict[str, object]] = {
    "pop3": {"service": "pop3", "url": "pop3s://mail.a.test", "user": "ann", "password": "env:NO_SUCH_VARIABLE"},
    "internet-mail": {
        "service": "internet-mail",
        "email": "ann@a.test",
        "smtp": "smtps://mail.a.test",
        "pop3": "pop3s://mail.a.test",
        "user": "ann",
        "password": "env:NO_SUCH_VARIABLE",
    },
}


@pytest.mark.parametrize("name", LOST)
def test_an_account_that_failed_at_logon_has_a_report(desk: Desk, ann: MemoryMaildrop, name: str) -> None:
    ann.put(letter("one"))
    with desk.log_on(desk.mailbox(), LOST[name], account()) as session:
        said = [str(report) for report in session.receive(check=False)]

    assert said == [
        f"{name}: 0 received; stopped: {name}: password: env:NO_SUCH_VARIABLE: the environment has no "
        "variable NO_SUCH_VARIABLE; set it for this program",
        f"ann: 1 received ({len(letter('one'))} octets), 1 removed from the server",
    ]


@pytest.mark.parametrize("verb", ["receive", "flush_queues"])
@pytest.mark.parametrize("name", LOST)
def test_an_account_that_failed_at_logon_raises_after_the_others_have_ended(
    desk: Desk, ann: MemoryMaildrop, name: str, verb: str
) -> None:
    ann.put(letter("one"))
    with desk.log_on(desk.mailbox(), LOST[name], account()) as session:
        with pytest.raises(SetupError, match="NO_SUCH_VARIABLE"):
            getattr(session, verb)()

        assert subjects(session) == ["one"]


def test_an_account_that_failed_at_logon_does_not_stop_those_that_are_named(desk: Desk, ann: MemoryMaildrop) -> None:
    with desk.log_on(desk.mailbox(), LOST["pop3"], account()) as session:
        assert [report.service for report in session.receive("ann")] == ["ann"]


def test_an_account_that_failed_at_logon_has_a_report_when_it_is_named(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), LOST["pop3"]) as session:
        (report,) = session.receive("pop3", check=False)

    assert isinstance(report.error, SetupError)


def test_a_service_that_only_sends_and_failed_at_logon_is_no_account(desk: Desk) -> None:
    sends = {key: value for key, value in LOST["internet-mail"].items() if key != "pop3"}
    with desk.log_on(desk.mailbox(), sends, account()) as session:
        assert [report.service for report in session.receive()] == ["ann"]


def test_the_headers_of_an_account_that_failed_at_logon_say_why(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), LOST["pop3"]) as session, pytest.raises(SetupError, match="NO_SUCH_VARIABLE"):
        session.remote_headers()


def test_an_account_that_failed_at_logon_is_listed_where_a_name_is_needed(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), LOST["pop3"], account()) as session, pytest.raises(UsageError) as caught:
        session.remote_headers()

    assert "name the service; there are pop3, ann (pop3: password: env:NO_SUCH_VARIABLE" in str(caught.value)


def test_a_service_that_could_not_be_opened_says_why_when_it_is_named(desk: Desk) -> None:
    services = desk.mailbox(), {"service": "broken-logon"}, account()
    with desk.log_on(*services) as session, pytest.raises(AuthenticationRefused, match="wrong password"):
        session.receive("broken-logon")


def test_a_profile_that_retrieves_nothing_says_so(desk: Desk) -> None:
    with desk.log_on(desk.mailbox()) as session, pytest.raises(NotSupported, match="retrieves mail"):
        session.receive()


# Services


class Both(MemoryService):
    """A transport that mail is retrieved from, too; the very same object."""

    account = "both"
    retrieval = RetrievalPolicy()
    drop = MemoryMaildrop()

    def open_maildrop(self, deadline: Deadline) -> object:
        return self.drop.open_session()


def test_one_object_may_be_transport_and_retriever(desk: Desk) -> None:
    register_service("both", Both)
    Both.drop.put(letter("in"))
    with desk.log_on(desk.mailbox(), {"service": "both"}) as session:
        session.submit(Message(from_="ann@a.test", to="bob@b.test", subject="out"))
        session.flush_queues()

        assert (memory().subjects, subjects(session)) == (["out"], ["in"])


class WithoutOutbox(MemoryStore):
    @property
    def capabilities(self) -> frozenset[Capability]:
        return super().capabilities - {Capability.OUTGOING_QUEUE}


class Inbound:
    """A service whose store has no outbox."""

    config_type = MemoryConfig

    def __init__(self, config: MemoryConfig, runtime: Runtime) -> None:
        self._store = WithoutOutbox(StoreMemory(), runtime)

    def providers(self) -> list[MemoryStore]:
        return [self._store]

    def close(self) -> None:
        self._store.close()


class Twofold:
    """A service with two maildrops."""

    config_type = MemoryConfig

    def __init__(self, config: MemoryConfig, runtime: Runtime) -> None:
        self._retrievers = [MemoryRetriever(MemoryMaildrop(), account=f"twofold:{number}") for number in (1, 2)]

    def providers(self) -> list[MemoryRetriever]:
        return self._retrievers


def test_several_retrievers_of_a_service_have_names_of_their_own(desk: Desk) -> None:
    register_service("twofold", Twofold)
    with desk.log_on(desk.mailbox(), {"service": "twofold"}) as session:
        assert [report.service for report in session.receive()] == ["twofold", "twofold (2)"]


class Nameless(MemoryService):
    """A retriever whose account is no name."""

    account = ""
    retrieval = RetrievalPolicy()

    def open_maildrop(self, deadline: Deadline) -> None: ...


def test_a_retriever_that_says_nonsense_of_itself_fails_its_service_only(desk: Desk) -> None:
    register_service("nameless", Nameless)
    with desk.log_on(desk.mailbox(), {"service": "nameless"}, account()) as session:
        session.receive("ann")
        with pytest.raises(PluginBroken, match="account"):
            session.receive("nameless")


def test_a_retriever_that_says_nonsense_of_itself_has_a_report(desk: Desk) -> None:
    register_service("nameless", Nameless)
    with desk.log_on(desk.mailbox(), {"service": "nameless"}, account()) as session:
        reports = session.receive(check=False)

    assert [(report.service, type(report.error)) for report in reports] == [
        ("nameless", PluginBroken),
        ("ann", type(None)),
    ]


def rows(session: Session) -> dict[str, tuple[ServiceState, ResourceType]]:
    table = session.status_table()
    table.set_columns([PidTagProviderDisplay, PidTagStatusCode, PidTagResourceType])
    return {
        row[PidTagProviderDisplay]: (
            ServiceState(row[PidTagStatusCode]),
            ResourceType(row[PidTagResourceType]),
        )
        for row in table.query_rows(10)
    }


def test_a_service_that_only_retrieves_has_the_row_of_a_transport(session: Session) -> None:
    state, kind = rows(session)["ann"]

    assert (state & ServiceState.AVAILABLE, kind) == (ServiceState.AVAILABLE, ResourceType.TRANSPORT_PROVIDER)


def test_the_status_table_shows_a_wrong_password(session: Session, ann: MemoryMaildrop) -> None:
    ann.fail("open", AuthenticationRefused("wrong password"))
    session.receive(check=False)

    assert ServiceState.FAILURE in rows(session)["ann"][0]


# Sending and receiving


def test_flushing_sends_and_receives(desk: Desk, ann: MemoryMaildrop) -> None:
    ann.put(letter("in"))
    with desk.log_on(desk.mailbox(), MEMORY, account()) as session:
        session.submit(Message(to="bob@b.test", subject="out"))
        session.flush_queues()

        assert (memory().subjects, subjects(session)) == (["out"], ["in"])


def test_flushing_gives_the_reports_of_what_was_received(desk: Desk, ann: MemoryMaildrop) -> None:
    ann.put(letter("in"))
    with desk.log_on(desk.mailbox(), MEMORY, account()) as session:
        reports = session.flush_queues()

    assert [(report.service, report.stored) for report in reports] == [("ann", 1)]


def test_flushing_without_an_account_gives_no_report(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), MEMORY) as session:
        assert session.flush_queues() == ()


def test_an_error_at_receiving_is_raised_after_what_waits_was_sent(desk: Desk, ann: MemoryMaildrop) -> None:
    ann.fail("open", AuthenticationRefused("wrong password"))
    with desk.log_on(desk.mailbox(), MEMORY, account()) as session:
        session.submit(Message(to="bob@b.test", subject="out"))
        with pytest.raises(AuthenticationRefused):
            session.flush_queues()

        assert memory().subjects == ["out"]


def test_mail_is_received_while_a_transport_hangs(desk: Desk, ann: MemoryMaildrop) -> None:
    ann.put(letter("in"))
    with desk.log_on(desk.mailbox(), {"service": "waiting", "email": "ann@a.test"}, account()) as session:
        session.submit(Message(to="bob@b.test", subject="out"))
        with pytest.raises(TimedOut):
            session.flush_queues(timeout_seconds=2.0)

        assert subjects(session) == ["in"]


# Turns, and the end


class Hanging:
    """A server that accepts a connection and never says a word."""

    config_type = MemoryConfig
    account = "hanging"
    retrieval = RetrievalPolicy()
    has_begun: ClassVar[Future[None]]

    def __init__(self, config: MemoryConfig, runtime: Runtime) -> None:
        Hanging.has_begun = Future()
        self._never = runtime.event()

    async def open_maildrop(self, deadline: Deadline) -> None:
        self.has_begun.set_result(None)
        await self._never.wait(deadline)


@pytest.fixture
def hung(desk: Desk, bob: MemoryMaildrop) -> Iterator[Session]:
    """A session with a server that hangs, and another account, where a letter waits."""
    register_service("hanging", Hanging)
    bob.put(letter("one"))
    with desk.log_on(desk.mailbox(), {"service": "hanging"}, account("bob")) as session:
        yield session


def meanwhile(desk: Desk, session: Session, act: Callable[[Any], Any]) -> object:
    """Do something while a call of the session hangs, then cancel it; give what came of both."""
    inner: Any = getattr(session, "inner", session)
    if desk.mode is Mode.BLOCKING:
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(inner.receive, "hanging")
            Hanging.has_begun.result(10)
            done = act(inner)
            inner.cancel()
            return done, type(call.exception(10))

    async def on_loop() -> object:
        call = asyncio.create_task(inner.receive("hanging"))
        await asyncio.wrap_future(Hanging.has_begun)
        done = act(inner)
        done = await done if inspect.isawaitable(done) else done
        inner.cancel()
        await asyncio.wait([call])
        return done, type(call.exception())

    return desk.run(on_loop())


def test_a_call_waits_for_its_turn_as_long_as_it_has_time(desk: Desk, hung: Session) -> None:
    done = meanwhile(desk, hung, lambda session: session.receive("hanging", check=False, timeout_seconds=0.5))

    assert "another call is retrieving from it" in str(done)


def test_other_accounts_are_received_from_meanwhile(desk: Desk, hung: Session) -> None:
    meanwhile(desk, hung, lambda session: session.receive("bob"))

    assert subjects(hung) == ["one"]


def test_a_call_that_is_cancelled_says_so(desk: Desk, hung: Session) -> None:
    assert meanwhile(desk, hung, lambda session: session.cancel()) == (None, OperationCancelled)


def test_logging_off_ends_what_is_being_received(desk: Desk, hung: Session) -> None:
    assert meanwhile(desk, hung, lambda session: session.close()) == (None, OperationCancelled)
