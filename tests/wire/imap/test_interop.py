"""The client's session against Dovecot, in both modes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import TypeVar

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused, CommandRefused, ConnectionLost
from msgcore.runtime import Runtime
from msgcore.runtime.abc import Endpoint, Security
from msgcore.testing.modes import Mode, gather
from msgcore.wire.imap import (
    Atom,
    Command,
    ImapServer,
    ImapSession,
    Known,
    Selected,
    UidSet,
    Watched,
    flag,
    open_session,
)
from msgcore.wire.imap.compressed import CompressedStream
from msgcore.wire.imap.responses import Exists, Response, StatusData
from msgcore.wire.sasl import CramMd5, Credentials, Login, MechanismFactory, Plain, Scram
from tests.servers import PASSWORDS, Authority, Dovecot, SmtpSink

pytestmark = pytest.mark.interop
each_mode = pytest.mark.parametrize("mode", Mode)

T = TypeVar("T")

PLUGINS = """
mail_plugins = quota acl zlib
protocol imap {
  mail_plugins = $mail_plugins imap_quota imap_acl imap_zlib
  imap_metadata = yes
}
mail_attribute_dict = file:%h/attributes
plugin {
  quota = count:User quota
  quota_rule = *:storage=1M
  quota_vsizes = yes
  acl = vfile
}
"""


@pytest.fixture(scope="module")
def extended(authority: Authority, smtp_sink: SmtpSink) -> Iterator[Dovecot]:
    """A Dovecot with its plug-ins for quotas, rights and compression, and with annotations."""
    with Dovecot(authority, smtp_sink, PLUGINS) as running:
        yield running


def server_of(dovecot: Dovecot, authority: Authority, user: str = "alice") -> ImapServer:
    return ImapServer(
        Endpoint("localhost", dovecot.imap, "imap"),
        Security.STARTTLS,
        user=user,
        password=Secret(PASSWORDS[user]),
        ca_file=authority.ca_file,
    )


@pytest.fixture
def server(dovecot: Dovecot, authority: Authority) -> ImapServer:
    """Give one with an empty inbox, which tests of other modules may have used before."""
    dovecot.empty("alice")
    return server_of(dovecot, authority)


def in_session(mode: Mode, server: ImapServer, use: Callable[[ImapSession], Coroutine[object, object, T]]) -> T:
    async def main(runtime: Runtime) -> T:
        session = await open_session(runtime, server, runtime.deadline(20))
        try:
            return await use(session)
        finally:
            await session.logout()

    return mode.run(main)


@each_mode
@pytest.mark.parametrize("security", Security)
def test_a_session_opens_however_it_is_secured(
    mode: Mode, security: Security, server: ImapServer, dovecot: Dovecot
) -> None:
    port = dovecot.imaps if security is Security.IMPLICIT else dovecot.imap

    async def use(session: ImapSession) -> tuple[bool, str, frozenset[str]]:
        return session.stream.tls is not None, session.identity["name"], session.enabled

    server = attrs.evolve(server, security=security, endpoint=Endpoint("localhost", port, "imap"))
    assert in_session(mode, server, use) == (True, "Dovecot", frozenset({"CONDSTORE", "QRESYNC"}))


def _secret(who: Credentials) -> Secret:
    assert who.password is not None
    return who.password


_MECHANISMS: dict[str, MechanismFactory] = {
    "PLAIN": lambda who: Plain(who.user, _secret(who)),
    "LOGIN": lambda who: Login(who.user, _secret(who)),
    "CRAM-MD5": lambda who: CramMd5(who.user, _secret(who)),
    "SCRAM-SHA-256": lambda who: Scram("SCRAM-SHA-256", who.user, _secret(who)),
}


@pytest.mark.parametrize("mechanism", _MECHANISMS.values(), ids=_MECHANISMS)
def test_each_mechanism_logs_in(mechanism: MechanismFactory, server: ImapServer) -> None:
    async def use(session: ImapSession) -> bool:
        return session.capabilities.has("IDLE")

    assert in_session(Mode.BLOCKING, attrs.evolve(server, mechanism=mechanism), use)


def test_a_wrong_password_is_refused(server: ImapServer) -> None:
    async def use(session: ImapSession) -> None:
        raise AssertionError("it is in")

    with pytest.raises(AuthenticationRefused, match="AUTHENTICATIONFAILED"):
        in_session(Mode.BLOCKING, attrs.evolve(server, password=Secret("wrong-horse")), use)


@each_mode
def test_a_mailbox_is_made_listed_renamed_and_deleted(mode: Mode, server: ImapServer) -> None:
    async def use(session: ImapSession) -> list[list[tuple[str, int | None]]]:
        made, renamed = session.encode_name("B\u00fccher & \u53f0\u5317"), session.encode_name('a "quoted" \\ name')
        seen: list[list[tuple[str, int | None]]] = []
        await session.create(made)
        await session.subscribe(made)
        seen.append(await listed(session, is_subscribed=True))
        await session.unsubscribe(made)
        await session.rename(made, renamed)
        seen.append(await listed(session))
        await session.delete(renamed)
        seen.append(await listed(session))
        return seen

    async def listed(session: ImapSession, *, is_subscribed: bool = False) -> list[tuple[str, int | None]]:
        found = await session.list(status=["MESSAGES"], is_subscribed=is_subscribed)
        return [(one.entry.name, one.status.messages if one.status else None) for one in found]

    subscribed, renamed, deleted = in_session(mode, server, use)
    assert subscribed == [("B\u00fccher & \u53f0\u5317", 0)]
    assert ('a "quoted" \\ name', 0) in renamed
    assert [name for name, _ in deleted] == ["INBOX"]


@each_mode
def test_a_mailbox_that_is_not_there_is_a_refusal_and_none_is_selected(mode: Mode, server: ImapServer) -> None:
    async def use(session: ImapSession) -> Selected | None:
        await session.select(b"INBOX")
        with pytest.raises(CommandRefused, match="SELECT: NO Mailbox doesn't exist"):
            await session.select(b"nowhere")
        await session.noop()
        return session.selected

    assert in_session(mode, server, use) is None


@pytest.mark.parametrize("without", [frozenset[str](), frozenset({"UNSELECT"})])
@pytest.mark.parametrize("is_read_only", [True, False])
def test_a_mailbox_is_left_without_expunging(
    is_read_only: bool, without: frozenset[str], server: ImapServer, dovecot: Dovecot
) -> None:
    dovecot.put("alice", [b"Subject: x\r\n\r\n"])

    async def use(session: ImapSession) -> int:
        session.capabilities = session.capabilities.masked(without)
        await session.select(b"INBOX")
        await session.run(*[store_deleted()])
        await session.select(b"INBOX", is_read_only=is_read_only)
        await session.unselect()
        assert session.selected is None
        return (await session.select(b"INBOX")).exists

    try:
        assert in_session(Mode.BLOCKING, server, use) == 1
    finally:
        dovecot.empty("alice")


def store_deleted() -> Command:
    return Command(b"UID STORE", Atom(b"1:*"), Atom(b"+FLAGS.SILENT"), (flag("\\Deleted"),))


@each_mode
def test_a_message_that_arrives_ends_idle(mode: Mode, server: ImapServer, dovecot: Dovecot) -> None:
    async def use(session: ImapSession) -> list[Response]:
        await session.select(b"INBOX")
        dovecot.put("alice", [b"Subject: x\r\n\r\n"])
        return await session.idle(15)

    try:
        assert Exists(1) in in_session(mode, server, use)
    finally:
        dovecot.empty("alice")


def test_notify_tells_of_other_mailboxes(server: ImapServer) -> None:
    async def use(session: ImapSession) -> list[bytes]:
        await session.create(b"other")
        try:
            await session.notify(Watched("selected"), Watched("personal"), tells_status=True)
            return [one.raw_name for one in session.unasked() if isinstance(one, StatusData)]
        finally:
            await session.notify()
            await session.delete(b"other")

    assert b"other" in in_session(Mode.BLOCKING, server, use)


def test_qresync_tells_what_is_gone(server: ImapServer, dovecot: Dovecot) -> None:
    dovecot.put("alice", [b"Subject: %d\r\n\r\n" % number for number in range(5)])

    async def use(session: ImapSession) -> tuple[bool, int, list[str]]:
        selected = await session.select(b"INBOX")
        uids = UidSet(((selected.uid_next - 5, selected.uid_next - 1),))
        known = Known(selected.uid_validity, selected.highest_modseq or 0, uids)
        await session.run(store_deleted())
        first = UidSet(((selected.uid_next - 5, selected.uid_next - 4),))
        await session.run(Command(b"UID EXPUNGE", first))
        await session.unselect()
        again = await session.select(b"INBOX", known=known)
        return (
            again.vanished == first,
            len(again.changed),
            sorted({one_flag for one in again.changed for one_flag in one.flags or ()}),
        )

    try:
        is_first, changed, flags = in_session(Mode.BLOCKING, server, use)
    finally:
        dovecot.empty("alice")
    assert (is_first, changed, "\\Deleted" in flags) == (True, 3, True)


@each_mode
def test_many_callers_share_a_session(mode: Mode, server: ImapServer) -> None:
    async def main(runtime: Runtime) -> list[int]:
        session = await open_session(runtime, server, runtime.deadline(20))
        counted: list[int] = []

        async def count(number: int) -> None:
            name = b"shared%d" % number
            await session.create(name)
            for _ in range(5):
                status = await session.status(name, ["MESSAGES"])
                counted.append(number if status.raw_name == name else -1)
            await session.delete(name)

        await gather(runtime, *(count(number) for number in range(8)))
        await session.logout()
        return sorted(counted)

    assert mode.run(main) == sorted(list(range(8)) * 5)


@each_mode
def test_a_connection_that_is_cut_ends_every_call_in_an_answer_or_a_lost_connection(
    mode: Mode, server: ImapServer
) -> None:
    async def main(runtime: Runtime) -> set[str]:
        session = await open_session(runtime, server, runtime.deadline(20))
        ends: set[str] = set()

        async def ask(number: int) -> None:
            try:
                for _ in range(10):
                    status = await session.status(b"INBOX", ["UIDVALIDITY"])
                    ends.add("answered" if status.uid_validity else "no answer")
                    if number == 4 and len(ends) == 1:
                        session.abort()
            except ConnectionLost:
                ends.add("lost")

        await gather(runtime, *(ask(number) for number in range(8)))
        return ends

    assert mode.run(main) == {"answered", "lost"}


# Plug-ins


@each_mode
def test_a_compressed_session_is_as_good_as_another(mode: Mode, extended: Dovecot, authority: Authority) -> None:
    async def use(session: ImapSession) -> tuple[bool, list[str]]:
        is_compressed = isinstance(session.stream, CompressedStream)
        return is_compressed, [one.entry.name for one in await session.list(status=["MESSAGES"])]

    server = attrs.evolve(server_of(extended, authority, "bob"), compress=True)
    assert in_session(mode, server, use) == (True, ["INBOX"])


def test_quotas_rights_and_annotations(extended: Dovecot, authority: Authority) -> None:
    async def use(session: ImapSession) -> tuple[tuple[int, int], str, str, dict[str, bytes | None]]:
        (quota,) = await session.quota(b"INBOX")
        await session.set_acl(b"INBOX", "alice", "lr")
        rights = (await session.acl(b"INBOX"))["alice"]
        await session.set_acl(b"INBOX", "alice", "")
        await session.set_metadata(b"INBOX", {"/private/comment": b'a\r\n"b"'})
        annotations = dict(await session.metadata(b"INBOX", ["/private/comment", "/private/none"]))
        return quota.resources["STORAGE"], rights, await session.my_rights(b"INBOX"), annotations

    quota, rights, mine, annotations = in_session(Mode.BLOCKING, server_of(extended, authority, "bob"), use)
    assert (quota[1], rights, "a" in mine) == (1_024, "lr", True)
    assert annotations == {"/private/comment": b'a\r\n"b"', "/private/none": None}
