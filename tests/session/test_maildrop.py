"""Maildrops by URL, without a profile: message by message, or all of the mail into a store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import attrs
import pytest

import msgcore.aio
from msgcore import Maildrop, RetrievalProgress, Secret
from msgcore.base.times import Deadline
from msgcore.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    Closed,
    CommandRefused,
    ConfigError,
    ConnectionLost,
    LimitExceeded,
    MaildropInUse,
    MsgcoreError,
    NotSupported,
    OperationCancelled,
    PluginBroken,
    UsageError,
)
from msgcore.runtime import Runtime
from msgcore.spi.registry import register_service
from msgcore.spi.retrieval import RetrievalPolicy, Retrieved, Waiting
from msgcore.testing.memory_maildrop import MemoryMaildrop, MemorySession, register_memory_maildrops
from msgcore.testing.servers import LoopbackPop3Server
from tests.flow.modes import Mode
from tests.session.desk import Desk
from tests.session.ram import register_ram

URL = "maildrop://ann"
ONE = b"From: eve@e.test\r\nSubject: one\r\n\r\nHello\r\n"
TWO = b"From: eve@e.test\r\nSubject: two\r\n\r\n.Hello\r\n"


@pytest.fixture
def drop() -> MemoryMaildrop:
    """A maildrop with two letters."""
    drop = MemoryMaildrop()
    register_memory_maildrops(ann=drop)
    drop.put(ONE)
    drop.put(TWO)
    return drop


# Message by message


def test_what_waits_is_listed(desk: Desk, drop: MemoryMaildrop) -> None:
    with desk.open_maildrop(URL) as maildrop:
        assert maildrop.list() == (Waiting(1, b"id-1", len(ONE)), Waiting(2, b"id-2", len(TWO)))


def test_a_message_is_retrieved_octet_for_octet(desk: Desk, drop: MemoryMaildrop) -> None:
    with desk.open_maildrop(URL) as maildrop:
        _, two = maildrop.list()
        assert maildrop.retrieve_octets(two) == TWO


def test_a_message_is_retrieved_into_a_file(desk: Desk, drop: MemoryMaildrop, tmp_path: Path) -> None:
    with desk.open_maildrop(URL) as maildrop:
        size = maildrop.retrieve_to(maildrop.list()[1], tmp_path / "two.eml")

    assert (size, (tmp_path / "two.eml").read_bytes()) == (len(TWO), TWO)


@pytest.mark.parametrize("spoilt", ["there", "no-folder", "refused"])
def test_a_message_that_cannot_be_written_leaves_no_file(
    desk: Desk, drop: MemoryMaildrop, tmp_path: Path, spoilt: str
) -> None:
    (tmp_path / "there").write_bytes(b"mine")
    drop.spoil(0)
    place = {"there": "there", "no-folder": "nowhere/x", "refused": "x"}[spoilt]
    with desk.open_maildrop(URL) as maildrop:
        one, two = maildrop.list()
        with pytest.raises(CommandRefused if spoilt == "refused" else UsageError):
            maildrop.retrieve_to(one if spoilt == "refused" else two, str(tmp_path / place))

    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir() if one.is_file()] == [("there", b"mine")]


def test_a_message_is_retrieved_as_one(desk: Desk, drop: MemoryMaildrop) -> None:
    with desk.open_maildrop(URL) as maildrop:
        message = maildrop.retrieve(maildrop.list()[1])
        assert (message.subject, message.text) == ("two", ".Hello\n")


def test_a_header_is_a_message_without_a_body(desk: Desk, drop: MemoryMaildrop) -> None:
    with desk.open_maildrop(URL) as maildrop:
        message = maildrop.headers(maildrop.list()[0])
        assert (message.subject, message.text) == ("one", None)


def test_what_was_deleted_is_gone_when_the_context_is_left(desk: Desk, drop: MemoryMaildrop) -> None:
    with desk.open_maildrop(URL) as maildrop:
        maildrop.delete(maildrop.list()[0])

    assert drop.waiting() == (TWO,)


def test_nothing_is_deleted_when_an_exception_leaves_the_context(desk: Desk, drop: MemoryMaildrop) -> None:
    with pytest.raises(ZeroDivisionError), desk.open_maildrop(URL) as maildrop:
        maildrop.delete(maildrop.list()[0])
        _ = 1 / 0

    assert drop.waiting() == (ONE, TWO)


def test_nothing_is_deleted_by_closing(desk: Desk, drop: MemoryMaildrop) -> None:
    maildrop = desk.open_maildrop(URL)
    maildrop.delete(maildrop.list()[0])
    maildrop.close()

    assert drop.waiting() == (ONE, TWO)


def test_what_was_deleted_is_gone_after_a_commit(desk: Desk, drop: MemoryMaildrop) -> None:
    maildrop = desk.open_maildrop(URL)
    maildrop.delete(maildrop.list()[0])
    maildrop.commit()
    maildrop.close()

    assert drop.waiting() == (TWO,)


def test_closing_twice_is_closing_once(desk: Desk, drop: MemoryMaildrop) -> None:
    with desk.open_maildrop(URL) as maildrop:
        maildrop.close()


def test_a_maildrop_that_was_closed_gives_no_more(desk: Desk, drop: MemoryMaildrop) -> None:
    maildrop = desk.open_maildrop(URL)
    maildrop.close()
    with pytest.raises(Closed):
        maildrop.list()


@pytest.mark.parametrize("verb", ["list", "commit"])
def test_a_maildrop_that_was_committed_gives_no_more(desk: Desk, drop: MemoryMaildrop, verb: str) -> None:
    with desk.open_maildrop(URL) as maildrop:
        maildrop.commit()
        with pytest.raises(Closed, match=r"commit\(\) has ended the session"):
            getattr(maildrop, verb)()


def test_a_commit_that_was_not_answered_is_told(desk: Desk, drop: MemoryMaildrop) -> None:
    drop.fail("commit", ConnectionLost("no answer to QUIT"))
    with pytest.raises(ConnectionLost, match="QUIT"), desk.open_maildrop(URL) as maildrop:
        maildrop.delete(maildrop.list()[0])


def test_a_session_that_deleted_nothing_may_end_as_it_likes(desk: Desk, drop: MemoryMaildrop) -> None:
    drop.fail("close", ConnectionLost("no answer to QUIT"))
    with desk.open_maildrop(URL) as maildrop:
        assert len(maildrop.list()) == 2


def test_the_maildrop_is_free_again_after_the_context(desk: Desk, drop: MemoryMaildrop) -> None:
    for _ in range(2):
        with desk.open_maildrop(URL) as maildrop:
            maildrop.list()


@pytest.mark.parametrize("verb", ["retrieve", "retrieve_octets", "headers", "delete"])
def test_a_message_that_is_gone_is_refused_and_the_session_goes_on(desk: Desk, drop: MemoryMaildrop, verb: str) -> None:
    with desk.open_maildrop(URL) as maildrop:
        one, two = maildrop.list()
        drop.take_away(0)
        with pytest.raises(CommandRefused, match="no such message"):
            getattr(maildrop, verb)(one)

        assert maildrop.retrieve(two).subject == "two"


def test_a_server_without_headers_says_so(desk: Desk, drop: MemoryMaildrop) -> None:
    drop.has_headers = False
    with desk.open_maildrop(URL) as maildrop, pytest.raises(CapabilityMissing):
        maildrop.headers(maildrop.list()[0])


@pytest.mark.parametrize(
    "error", [AuthenticationRefused("wrong password"), MaildropInUse("in use", 5.0)], ids=["password", "in use"]
)
def test_a_maildrop_that_cannot_be_opened_raises_what_the_server_said(
    desk: Desk, drop: MemoryMaildrop, error: Exception
) -> None:
    drop.fail("open", error)  # type: ignore[arg-type]  # both are errors of msgcore
    with pytest.raises(type(error)) as caught:
        desk.open_maildrop(URL)

    assert caught.value is error


def test_a_connection_that_breaks_is_told_as_such(desk: Desk, drop: MemoryMaildrop) -> None:
    drop.fail("retrieve", ConnectionLost("gone"))
    with pytest.raises(ConnectionLost, match="gone"), desk.open_maildrop(URL) as maildrop:
        maildrop.retrieve(maildrop.list()[0])


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("localhost", "'localhost' is no URL: write, for example, pop3s://mail.a.test"),
        ("pop://localhost", "'pop' is no service that mail is retrieved from; there are "),
    ],
)
def test_what_is_no_url_of_a_maildrop_is_told_with_what_is(
    desk: Desk, drop: MemoryMaildrop, url: str, text: str
) -> None:
    with pytest.raises(UsageError) as caught:
        desk.open_maildrop(url)

    assert str(caught.value).startswith(text)


def test_the_services_that_mail_is_retrieved_from_are_listed(desk: Desk, drop: MemoryMaildrop) -> None:
    with pytest.raises(UsageError) as caught:
        desk.open_maildrop("pop://localhost")

    named = str(caught.value).rpartition("there are ")[2].split(", ")
    assert ({"maildrop", "pop3", "pop3s"} <= {*named}, {"smtp", "sqlite", "internet-mail"} & {*named}) == (True, set())


@pytest.mark.parametrize("verb", ["retrieve", "headers", "delete"])
def test_a_number_is_not_what_is_listed(desk: Desk, drop: MemoryMaildrop, verb: str) -> None:
    with desk.open_maildrop(URL) as maildrop, pytest.raises(UsageError, match="list"):
        getattr(maildrop, verb)(1)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("localhost", UsageError),
        ("maildrop://ann?secret=x", UsageError),
        ("sqlite:///mail.db", NotSupported),
        ("smtp://localhost", NotSupported),
        ("by-url://anything", NotSupported),
    ],
)
def test_a_url_that_names_no_maildrop_is_refused(
    desk: Desk, drop: MemoryMaildrop, url: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        desk.open_maildrop(url)


def test_a_store_at_a_server_is_told_to_be_no_maildrop_before_a_user_is_asked_for(desk: Desk) -> None:
    with pytest.raises(NotSupported, match="imaps: is no maildrop, but a message store, which open_store"):
        desk.open_maildrop("imaps://localhost")


def test_a_time_is_given_under_its_name(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="timeout: no such key; there are timeout_seconds, user"):
        desk.open_maildrop("pop3://localhost", timeout=5)


def test_a_database_that_is_taken_for_a_maildrop_is_not_made(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotSupported, match="sqlite: is no maildrop"):
        desk.open_maildrop("sqlite:///mail.db")

    assert not (tmp_path / "mail.db").exists()


@pytest.mark.parametrize("name", attrs.fields_dict(RetrievalPolicy))
def test_what_says_what_stays_is_no_option_of_a_maildrop(desk: Desk, drop: MemoryMaildrop, name: str) -> None:
    with pytest.raises(UsageError, match=rf"^{name}: is for receive\(\)"):
        desk.open_maildrop(URL, **{name: True})


def test_what_says_what_stays_may_not_stand_in_the_url_of_a_maildrop(desk: Desk, drop: MemoryMaildrop) -> None:
    with pytest.raises(UsageError, match=r"^leave_on_server: is for receive\(\)"):
        desk.open_maildrop(f"{URL}?leave_on_server=true")


# Shared by several threads or tasks


class Slow(MemorySession):
    """A session that gives a message when it is told to, and counts who asks at the same time."""

    async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        service = SlowService.opened
        service.asking += 1
        service.most = max(service.most, service.asking)
        if not service.has_begun.done():
            service.has_begun.set_result(None)
        try:
            await service.may_go_on.wait(deadline)
        finally:
            service.asking -= 1
        return [Retrieved(one.number, ONE) for one in waiting]


@attrs.frozen
class SlowConfig:
    url: str


class SlowService:
    config_type = SlowConfig
    account = "slow"
    retrieval = RetrievalPolicy()
    opened: ClassVar[SlowService]

    def __init__(self, config: SlowConfig, runtime: Runtime) -> None:
        SlowService.opened = self
        self.has_begun: Future[None] = Future()
        self.may_go_on = runtime.event()
        self.asking = self.most = 0

    async def open_maildrop(self, deadline: Deadline) -> Slow:
        return Slow(MemoryMaildrop(), ())


@pytest.fixture
def slow(desk: Desk) -> Iterator[Maildrop]:
    register_service("slow", SlowService)
    with desk.open_maildrop("slow://server") as maildrop:
        yield maildrop


def meanwhile(desk: Desk, maildrop: Maildrop, act: Callable[[Any], Any]) -> tuple[object, object]:
    """Do something while a retrieval hangs, then let it go on; give what came of both."""
    inner: Any = getattr(maildrop, "inner", maildrop)
    service = SlowService.opened
    if desk.mode is Mode.BLOCKING:
        with ThreadPoolExecutor(2) as pool:
            call = pool.submit(inner.retrieve_octets, Waiting(1))
            service.has_begun.result(10)
            beside = pool.submit(act, inner)
            came: object = beside.exception(10) or beside.result()
            service.may_go_on.set()
            return came, call.exception(10) or call.result()

    async def on_loop() -> tuple[object, object]:
        call = asyncio.create_task(_came_of(inner.retrieve_octets(Waiting(1))))
        await asyncio.wrap_future(service.has_begun)
        beside = await _came_of(act(inner))
        service.may_go_on.set()
        return beside, await call

    return desk.run(on_loop())


async def _came_of(call: Awaitable[object]) -> object:
    try:
        return await call
    except MsgcoreError as error:
        return error


def test_a_call_waits_for_its_turn_as_long_as_it_has_time(desk: Desk, slow: Maildrop) -> None:
    told, first = meanwhile(desk, slow, lambda one: one.retrieve_octets(Waiting(2), timeout_seconds=0.5))

    assert (str(told), first, SlowService.opened.most) == ("slow: another call is using the maildrop", ONE, 1)


def test_closing_ends_the_call_that_is_under_way(desk: Desk, slow: Maildrop) -> None:
    told, first = meanwhile(desk, slow, lambda one: one.close())

    assert (told, type(first)) == (None, OperationCancelled)


def test_several_at_once_get_each_what_it_asked_for(desk: Desk) -> None:
    letters = [b"Subject: %d\r\n\r\n%d\r\n" % (number, number) for number in range(20)]
    with LoopbackPop3Server({"ann": "pw"}) as server:
        for octets in letters:
            server.put("ann", octets)
        login = {"user": "ann", "password": Secret("pw"), "allow_cleartext_login": True}
        with desk.open_maildrop(server.url, **login) as maildrop:
            assert at_once(desk, maildrop, maildrop.list()) == letters


def at_once(desk: Desk, maildrop: Maildrop, waiting: Sequence[Waiting]) -> list[bytes]:
    inner: Any = getattr(maildrop, "inner", maildrop)
    if desk.mode is Mode.BLOCKING:
        with ThreadPoolExecutor(len(waiting)) as pool:
            return list(pool.map(inner.retrieve_octets, waiting))

    async def on_loop() -> list[bytes]:
        return list(await asyncio.gather(*map(inner.retrieve_octets, waiting)))

    return desk.run(on_loop())


# A plug-in that does not keep to the contract


@attrs.frozen
class LyingConfig:
    url: str


class Lying(MemorySession):
    """A session that gives another message than was asked for."""

    async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        return [Retrieved(waiting[0].number + 1, b"another one")]


class LyingService:
    config_type = LyingConfig
    account = "lying"
    retrieval = RetrievalPolicy()

    def __init__(self, config: LyingConfig, runtime: Runtime) -> None:
        self.closings = 0

    async def open_maildrop(self, deadline: Deadline) -> Lying:
        return Lying(MemoryMaildrop(), ())


def test_another_message_than_was_asked_for_is_not_given(desk: Desk) -> None:
    register_service("lying", LyingService)
    with desk.open_maildrop("lying://server") as maildrop, pytest.raises(PluginBroken, match="need what was asked for"):
        maildrop.retrieve(Waiting(1))


class TextIds(MemorySession):
    async def list(self, deadline: Deadline) -> Sequence[Waiting]:
        return [Waiting(1), Waiting(2, "id-2")]  # type: ignore[arg-type]  # what somebody may write


class TextMessages(MemorySession):
    async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        return [Retrieved(one.number, "Subject: x") for one in waiting]  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("session", "text"),
    [
        (TextIds, r"TextIds\.list gave .*; need a unique_id of bytes"),
        (TextMessages, r"TextMessages\.retrieve gave .*; need octets that are bytes"),
    ],
)
def test_text_where_octets_belong_is_told(desk: Desk, session: type[MemorySession], text: str) -> None:
    class Service(LyingService):
        async def open_maildrop(self, deadline: Deadline) -> MemorySession:  # type: ignore[override]
            return session(MemoryMaildrop(), ())

    register_service("lying", Service)
    with desk.open_maildrop("lying://server") as maildrop, pytest.raises(PluginBroken, match=text):
        maildrop.list()
        maildrop.retrieve_octets(Waiting(1))


# Into a store


def test_all_mail_comes_into_the_store(desk: Desk, drop: MemoryMaildrop) -> None:
    register_ram()
    with desk.open_store("ram://mail") as store:
        report = desk.receive(URL, into=store)

        assert (report.stored, sorted(item.subject for item in store.inbox.messages())) == (2, ["one", "two"])


def test_the_options_say_what_stays_at_the_server(desk: Desk, drop: MemoryMaildrop) -> None:
    register_ram()
    with desk.open_store("ram://mail") as store:
        stored = [desk.receive(URL, into=store, leave_on_server=True).stored for _ in range(2)]

        assert (stored, drop.waiting()) == ([2, 0], (ONE, TWO))


def test_the_url_may_say_it_too(desk: Desk, drop: MemoryMaildrop) -> None:
    register_ram()
    with desk.open_store("ram://mail") as store:
        desk.receive(f"{URL}?leave_on_server=true&keep_at_most=1", into=store)

        assert drop.waiting() == (TWO,)


def test_a_session_and_a_call_by_url_share_the_journal_of_a_store(desk: Desk, drop: MemoryMaildrop) -> None:
    account = {"service": "maildrop", "url": URL, "leave_on_server": True}
    with desk.log_on(desk.mailbox(), account) as session:
        session.receive()

        assert desk.receive(URL, into=session.default_store, leave_on_server=True).stored == 0


def test_progress_is_told(desk: Desk, drop: MemoryMaildrop) -> None:
    register_ram()
    told: list[RetrievalProgress] = []
    with desk.open_store("ram://mail") as store:
        desk.receive(URL, into=store, on_progress=told.append)

    assert (told[-1].done, told[-1].octets) == (2, len(ONE) + len(TWO))


def test_the_error_of_the_report_is_raised(desk: Desk, drop: MemoryMaildrop) -> None:
    register_ram()
    drop.fail("open", AuthenticationRefused("wrong password"))
    with desk.open_store("ram://mail") as store, pytest.raises(AuthenticationRefused):
        desk.receive(URL, into=store)


def test_without_a_check_the_report_has_the_error(desk: Desk, drop: MemoryMaildrop) -> None:
    register_ram()
    drop.fail("retrieve", LimitExceeded("too large"))
    with desk.open_store("ram://mail") as store:
        assert str(desk.receive(URL, into=store, check=False).error) == "too large"


def test_a_store_of_a_profile_is_not_named_here(desk: Desk, drop: MemoryMaildrop) -> None:
    register_ram()
    with desk.open_store("ram://mail") as store, pytest.raises(UsageError, match="into="):
        desk.receive(URL, into=store, deliver_to="archive")


def test_headers_only_needs_a_profile(desk: Desk, drop: MemoryMaildrop) -> None:
    register_ram()
    with desk.open_store("ram://mail") as store, pytest.raises(UsageError, match=r"^headers_only: is for services"):
        desk.receive(URL, into=store, headers_only=True)


def test_what_is_skipped_is_counted_as_waiting(desk: Desk, drop: MemoryMaildrop) -> None:
    register_ram()
    with desk.open_store("ram://mail") as store:
        report = desk.receive(URL, into=store, skip_larger_than=len(ONE))

        assert (report.stored, report.waiting) == (1, 1)


def test_a_store_that_is_opened_read_only_takes_no_mail(desk: Desk, drop: MemoryMaildrop) -> None:
    path = desk.mailbox()["path"]
    with desk.open_store(f"sqlite:///{path}", read_only=True) as store:
        with pytest.raises(NotSupported, match="the ability 'create': it is read-only"):
            store.inbox.save(msgcore.Message(subject="x"))
        with pytest.raises(NotSupported) as caught:
            desk.receive(URL, into=store)

        assert (drop.sessions, str(caught.value)) == (
            0,
            f"{store.display_name} is opened read-only: no mail can be delivered to it",
        )


async def awaited(progress: RetrievalProgress) -> None: ...


def test_progress_is_told_to_a_plain_function(desk: Desk, drop: MemoryMaildrop) -> None:
    register_ram()
    with desk.open_store("ram://mail") as store, pytest.raises(UsageError, match="need a plain function"):
        desk.receive(URL, into=store, on_progress=awaited)


def test_a_call_without_a_limit_of_time_is_one(desk: Desk, drop: MemoryMaildrop) -> None:
    register_ram()
    with desk.open_store("ram://mail") as store, desk.open_maildrop(URL, timeout_seconds=None) as maildrop:
        waiting = len(maildrop.list())
        maildrop.close()

        assert desk.receive(URL, into=store, timeout_seconds=None).stored == waiting


def test_a_store_of_the_other_kind_says_which_one_is_needed(drop: MemoryMaildrop) -> None:
    register_ram()
    said: list[str] = []

    async def story() -> None:
        async with msgcore.aio.open_store("ram://mail") as awaited_store:
            with pytest.raises(UsageError) as caught:
                msgcore.receive(URL, into=awaited_store)  # type: ignore[arg-type]  # what somebody may write
            said.append(str(caught.value))
        with msgcore.open_store("ram://mail") as store:
            with pytest.raises(UsageError) as caught:
                await msgcore.aio.receive(URL, into=store)  # type: ignore[arg-type]  # the same
            said.append(str(caught.value))

    asyncio.run(story())
    assert said == [
        "into: need a MessageStore opened by msgcore.open_store, got one for asyncio code",
        "into: need a MessageStore opened by msgcore.aio.open_store, got one for blocking code",
    ]


def test_a_path_is_no_store(desk: Desk, drop: MemoryMaildrop) -> None:
    with pytest.raises(UsageError, match="need a MessageStore"):
        desk.receive(URL, into="mail.db")  # type: ignore[arg-type]  # what somebody may write
