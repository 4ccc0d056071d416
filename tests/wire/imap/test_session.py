"""Mailboxes listed, counted, selected and left, the state that a session keeps, and the turns of those who share it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import TypeVar

import attrs
import pytest

from msgcore.errors import CapabilityMissing, CommandRefused, ConnectionLost, MsgcoreError, UsageError
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.imap import Capabilities, Command, ImapSession, Known, Selected, UidSet
from msgcore.wire.imap.command import NO_LITERAL
from msgcore.wire.imap.responses import (
    Code,
    Exists,
    Expunge,
    Fetch,
    Namespace,
    NamespaceEntry,
    Response,
    Status,
    StatusData,
)
from tests.wire.imap.imap_peer import ImapPeer, Said, in_session

T = TypeVar("T")

each_mode = pytest.mark.parametrize("mode", Mode)


def having(*capabilities: str, **answers: Said | Sequence[Said]) -> ImapPeer:
    """Make a server; its commands are those after the login."""
    return ImapPeer(
        capabilities=("IMAP4rev1", "LITERAL+", *capabilities),
        answers={
            "greeting": f"* PREAUTH [CAPABILITY IMAP4rev1 LITERAL+ {' '.join(capabilities)}] hi",
            **answers,
        },
    )


def told(peer: ImapPeer, use: Callable[[ImapSession], Coroutine[object, object, T]]) -> T:
    return in_session(peer, use)


def fails(
    error: type[MsgcoreError], peer: ImapPeer, use: Callable[[ImapSession], Coroutine[object, object, object]]
) -> str:
    async def tries(session: ImapSession) -> str:
        with pytest.raises(error) as caught:
            await use(session)
        return str(caught.value)

    return in_session(peer, tries)


# Listing

INBOX = '* LIST () "/" INBOX'


def names(peer: ImapPeer, *, status: Sequence[str] = (), is_subscribed: bool = False) -> list[tuple[bytes, int | None]]:
    async def use(session: ImapSession) -> list[tuple[bytes, int | None]]:
        found = await session.list(status=status, is_subscribed=is_subscribed)
        return [(one.entry.raw_name, one.status.messages if one.status else None) for one in found]

    return told(peer, use)


@each_mode
@EACH_CUT
def test_one_command_lists_and_counts_where_the_server_can(mode: Mode, cut: Cut) -> None:
    peer = having(
        "LIST-EXTENDED",
        "LIST-STATUS",
        "SPECIAL-USE",
        LIST=f'{INBOX}\r\n* STATUS INBOX (MESSAGES 3)\r\n* LIST (\\Sent) "/" a\r\n* STATUS a (MESSAGES 1)',
    )

    async def use(session: ImapSession) -> list[tuple[str, bool, StatusData | None]]:
        found = await session.list(status=["MESSAGES"])
        return [(one.entry.name, one.entry.has("\\Sent"), one.status) for one in found]

    assert in_session(peer, use, mode=mode, cut=cut) == [
        ("INBOX", False, StatusData(b"INBOX", messages=3)),
        ("a", True, StatusData(b"a", messages=1)),
    ]
    assert peer.commands == ['LIST "" "*" RETURN (CHILDREN SUBSCRIBED SPECIAL-USE STATUS (MESSAGES))']


def test_elsewhere_mailboxes_are_counted_one_by_one_in_one_flight() -> None:
    peer = ImapPeer(
        answers={
            "greeting": "* PREAUTH [CAPABILITY IMAP4rev1 LITERAL+] hi",
            "LIST": f'{INBOX}\r\n* LIST (\\Noselect) "/" b\r\n* LIST () "/" c\r\n* LIST () "/" d',
            'STATUS "INBOX" (MESSAGES)': "* STATUS inbox (MESSAGES 3)",
            'STATUS "c" (MESSAGES)': "{tag} NO no",
            'STATUS "d" (MESSAGES)': "* STATUS d (MESSAGES 0)",
        }
    )

    assert names(peer, status=["MESSAGES"]) == [(b"INBOX", 3), (b"b", None), (b"c", None), (b"d", 0)]
    assert peer.flights == [1, 3]


@pytest.mark.parametrize(
    "extended",
    ['* LIST () "/" a', "{tag} BAD what?"],
    ids=["Strato: without the inbox", "ProtonMail Bridge: BAD"],
)
def test_where_options_do_not_work_the_list_is_plain(extended: str) -> None:
    peer = having("LIST-EXTENDED", **{'LIST "" "*" RETURN (CHILDREN SUBSCRIBED)': extended, 'LIST "" "*"': INBOX})

    async def use(session: ImapSession) -> None:
        await session.list()
        await session.list()

    told(peer, use)
    assert [len(command.split()) for command in peer.commands] == [6, 3, 3]


def test_where_options_are_known_not_to_work_they_are_not_tried() -> None:
    peer = having(
        "LIST-EXTENDED", greeting="* PREAUTH [CAPABILITY IMAP4rev1 LIST-EXTENDED] Proton Mail Bridge", LIST=INBOX
    )

    assert names(peer) == [(b"INBOX", None)]
    assert peer.commands == ['LIST "" "*"']


def test_a_mailbox_that_is_listed_twice_is_one_with_all_that_is_said_of_it() -> None:
    peer = having(LIST='* LIST (\\A) "/" a\r\n* LIST (\\B) "/" a')

    async def use(session: ImapSession) -> list[tuple[str, ...]]:
        return [one.entry.attributes for one in await session.list()]

    assert told(peer, use) == [("\\A", "\\B")]


@pytest.mark.parametrize(
    ("capabilities", "command"),
    [
        (["IMAP4rev1"], 'LSUB "" "*"'),
        (["IMAP4rev1", "LIST-EXTENDED"], 'LIST (SUBSCRIBED) "" "*" RETURN (CHILDREN SUBSCRIBED)'),
        (["IMAP4rev2"], 'LIST (SUBSCRIBED) "" "*" RETURN (CHILDREN SUBSCRIBED SPECIAL-USE)'),
    ],
)
def test_lsub_is_never_said_to_imap4rev2(capabilities: Sequence[str], command: str) -> None:
    peer = ImapPeer(answers={"greeting": f"* PREAUTH [CAPABILITY {' '.join(capabilities)}] hi"})

    names(peer, is_subscribed=True)
    assert peer.commands[-1] == command


@pytest.mark.parametrize(
    ("capabilities", "items"),
    [((), "MESSAGES"), (("STATUS=SIZE", "CONDSTORE", "OBJECTID"), "MESSAGES SIZE HIGHESTMODSEQ MAILBOXID")],
)
def test_only_what_the_server_has_is_asked_for(capabilities: Sequence[str], items: str) -> None:
    peer = having(*capabilities)

    told(peer, lambda session: session.status(b"a", ["MESSAGES", "SIZE", "HIGHESTMODSEQ", "MAILBOXID"]))
    assert peer.commands == [f'STATUS "a" ({items})']


def test_the_numbers_of_another_mailbox_are_not_those_asked_for() -> None:
    peer = having(STATUS='* STATUS "a" (MESSAGES 1)\r\n* STATUS "b" (MESSAGES 2)')

    assert told(peer, lambda session: session.status(b"a", ["MESSAGES"])) == StatusData(b"a", messages=1)


@pytest.mark.parametrize("answer", ["{tag} BAD what?", "{tag} NO no", "{tag} OK"])
def test_where_namespace_does_not_work_all_mailboxes_are_the_users_own(answer: str) -> None:
    """Exchange 2003."""
    peer = having("NAMESPACE", NAMESPACE=answer, LIST='* LIST (\\Noselect) "." ""')

    assert told(peer, lambda session: session.namespaces()) == Namespace((NamespaceEntry(b"", "."),))


# Making and deleting


def test_a_mailbox_is_made_with_its_role() -> None:
    peer = having("CREATE-SPECIAL-USE", CREATE="{tag} OK [MAILBOXID (F12)] done")

    assert told(peer, lambda session: session.create(b"a", "\\Sent")) == "F12"
    assert peer.commands == ['CREATE "a" (USE (\\Sent))']


def test_a_role_that_the_server_does_not_give_is_an_error() -> None:
    peer = having()

    fails(CapabilityMissing, peer, lambda session: session.create(b"a", "\\Sent"))
    assert peer.commands == []


def test_a_mailbox_that_is_not_there_is_a_refusal() -> None:
    shown = fails(CommandRefused, having(DELETE="{tag} NO [NONEXISTENT] where?"), lambda session: session.delete(b"a"))

    assert shown == "imap imap.a.test:143: DELETE: NO [NONEXISTENT] where?"


def test_names_are_in_modified_utf_7() -> None:
    async def use(session: ImapSession) -> bytes:
        return session.encode_name("R&D/\u53f0\u5317")

    assert told(having(), use) == b"R&-D/&U,BTFw-"


# Selecting

OPENED = "\r\n".join(
    [
        "* FLAGS (\\Seen work)",
        "* OK [PERMANENTFLAGS (\\Seen \\*)] ok",
        "* 5 EXISTS",
        "* OK [UIDVALIDITY 7] ok",
        "* OK [UIDNEXT 99] ok",
        "* OK [HIGHESTMODSEQ 18446744073709551] ok",
        "* OK [MAILBOXID (F1)] ok",
        "{tag} OK [READ-WRITE] done",
        "",
    ]
).encode()


@each_mode
@EACH_CUT
def test_what_the_server_says_of_a_mailbox_is_kept(mode: Mode, cut: Cut) -> None:
    async def use(session: ImapSession) -> Selected:
        return await session.select(b"a")

    selected = in_session(having(SELECT=OPENED), use, mode=mode, cut=cut)
    assert attrs.asdict(selected, recurse=False) == {
        "raw_name": b"a",
        "is_read_only": False,
        "exists": 5,
        "uid_validity": 7,
        "uid_next": 99,
        "highest_modseq": 18446744073709551,
        "flags": ("\\Seen", "work"),
        "permanent_flags": ("\\Seen", "\\*"),
        "mailbox_id": "F1",
        "vanished": UidSet(),
        "changed": [],
    }


def test_a_mailbox_without_permanent_flags_takes_all() -> None:
    assert told(having(SELECT="* 0 EXISTS"), lambda session: session.select(b"a")).permanent_flags is None


@pytest.mark.parametrize(
    ("answer", "is_read_only"), [("{tag} OK [READ-ONLY] done", True), ("{tag} OK [READ-WRITE] done", False)]
)
def test_a_mailbox_may_be_opened_for_reading_only(answer: str, is_read_only: bool) -> None:
    assert told(having(SELECT=answer), lambda session: session.select(b"a")).is_read_only is is_read_only


@pytest.mark.parametrize("code", ["NOMODSEQ", "HIGHESTMODSEQ 0", "X"])
def test_a_mailbox_may_have_no_modseq(code: str) -> None:
    assert told(having(SELECT=f"* OK [{code}]"), lambda session: session.select(b"a")).highest_modseq is None


def test_when_a_mailbox_does_not_open_none_is_selected() -> None:
    peer = ImapPeer(
        answers={
            "greeting": "* PREAUTH [CAPABILITY IMAP4rev1] hi",
            'SELECT "a"': "* 1 EXISTS",
            'SELECT "b"': "{tag} NO no",
        }
    )

    async def use(session: ImapSession) -> Selected | None:
        await session.select(b"a")
        with pytest.raises(CommandRefused):
            await session.select(b"b")
        return session.selected

    assert told(peer, use) is None


def test_what_was_said_of_the_mailbox_before_is_not_said_of_this_one() -> None:
    """RFC 7162 section 3.2.11."""
    peer = having(SELECT="* 9 EXISTS\r\n* OK [CLOSED] left\r\n* OK [UIDVALIDITY 2] ok")

    selected = told(peer, lambda session: session.select(b"a"))
    assert (selected.exists, selected.uid_validity) == (0, 2)


def test_qresync_tells_what_has_changed_since() -> None:
    peer = having(
        "ENABLE",
        "QRESYNC",
        ENABLE="* ENABLED QRESYNC",
        SELECT="* VANISHED (EARLIER) 3:5\r\n* 1 FETCH (UID 9 FLAGS (\\Seen) MODSEQ (12))",
    )

    selected = told(peer, lambda session: session.select(b"a", known=Known(7, 11, UidSet.of([1, 2, 3]))))
    assert peer.commands[-1] == 'SELECT "a" (QRESYNC (7 11 1:3))'
    assert (selected.vanished, selected.changed) == (UidSet(((3, 5),)), [Fetch(1, uid=9, flags=("\\Seen",), modseq=12)])


def test_ids_that_are_too_many_for_a_line_are_not_said() -> None:
    peer = having("ENABLE", "QRESYNC", ENABLE="* ENABLED QRESYNC")

    told(peer, lambda session: session.select(b"a", known=Known(7, 11, UidSet.of(range(1, 9_999, 2)))))
    assert peer.commands[-1] == 'SELECT "a" (QRESYNC (7 11))'


def test_what_people_are_to_read_is_news_also_when_a_mailbox_opens() -> None:
    async def use(session: ImapSession) -> list[Response]:
        await session.select(b"a")
        return session.unasked()

    assert told(having(SELECT="* OK [ALERT] disk full soon"), use) == [
        Status(b"", "OK", "disk full soon", Code("ALERT"))
    ]


@pytest.mark.parametrize(("selected", "known"), [(b"A", b"B"), (b"A/x", None), (b"Ax", None), (b"C", b"C")])
def test_a_mailbox_that_may_have_another_name_now_counts_as_left(selected: bytes, known: bytes | None) -> None:
    """Whoever makes the name anew has another mailbox."""

    async def use(session: ImapSession) -> bytes | None:
        await session.select(selected)
        await session.rename(b"A", b"B")
        return session.selected.raw_name if session.selected else None

    assert told(having(), use) == known


def test_it_is_too_late_to_enable_when_a_mailbox_is_selected() -> None:
    async def use(session: ImapSession) -> None:
        await session.select(b"a")
        await session.enable("X")

    assert "too late" in fails(UsageError, having("ENABLE"), use)


@pytest.mark.parametrize("known", [Known(7, 0), Known(0, 7)])
def test_what_is_no_state_is_not_said(known: Known) -> None:
    peer = having("ENABLE", "QRESYNC", ENABLE="* ENABLED QRESYNC")

    told(peer, lambda session: session.select(b"a", known=known))
    assert peer.commands[-1] == 'SELECT "a"'


def test_where_select_takes_no_parameters_it_is_said_without() -> None:
    peer = having("CONDSTORE", **{'SELECT "a" (CONDSTORE)': "{tag} BAD what?"})

    told(peer, lambda session: session.select(b"a"))
    assert peer.commands == ['SELECT "a" (CONDSTORE)', 'SELECT "a"']


@pytest.mark.parametrize(
    ("capabilities", "is_read_only", "commands"),
    [
        (("UNSELECT",), False, ["UNSELECT"]),
        ((), True, ["CLOSE"]),
        ((), False, ['EXAMINE "msgcore: no mailbox has this name"']),
    ],
)
def test_a_mailbox_is_left_without_expunging(
    capabilities: Sequence[str], is_read_only: bool, commands: list[str]
) -> None:
    refusal = {'EXAMINE "msgcore: no mailbox has this name"': "{tag} NO there is none"}
    peer = having(*capabilities, **refusal)

    async def use(session: ImapSession) -> Selected | None:
        await session.select(b"a", is_read_only=is_read_only)
        await session.unselect()
        return session.selected

    assert told(peer, use) is None
    assert peer.commands[1:] == commands


# State


@pytest.mark.parametrize(
    ("said", "exists"),
    [
        ("* 9 EXISTS", 9),
        ("* 1 EXPUNGE\r\n* 1 EXPUNGE", 3),
        ("* 0 EXPUNGE\r\n* 999999999 EXPUNGE", 5),
        ("* VANISHED 1:3", 2),
        ("* VANISHED 1:4294967295", 0),
        ("* VANISHED (EARLIER) 1:3", 5),
        ("* 2 EXISTS\r\n* 4294967295 EXISTS", 4_294_967_295),
    ],
)
def test_the_count_of_messages_follows_what_is_said(said: str, exists: int) -> None:
    """Security I11."""

    async def use(session: ImapSession) -> int:
        selected = await session.select(b"a")
        await session.noop()
        return selected.exists

    assert told(having(SELECT=OPENED, NOOP=said), use) == exists


def test_news_are_given_once_in_order() -> None:
    peer = having(SELECT=OPENED, NOOP="* 6 EXISTS\r\n* 2 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Seen))")

    async def use(session: ImapSession) -> list[list[Response]]:
        await session.select(b"a")
        await session.noop()
        return [session.unasked(), session.unasked()]

    assert told(peer, use) == [[Exists(6), Expunge(2), Fetch(1, flags=("\\Seen",))], []]


def test_the_modseq_advances_by_codes_only() -> None:
    peer = having(SELECT=OPENED, NOOP="* 1 FETCH (UID 1 MODSEQ (18446744073709999) FLAGS ())")

    async def use(session: ImapSession) -> int | None:
        selected = await session.select(b"a")
        await session.noop()
        return selected.highest_modseq

    assert told(peer, use) == 18446744073709551


def test_a_tagged_ok_advances_the_modseq() -> None:
    peer = having(SELECT=OPENED, NOOP="{tag} OK [HIGHESTMODSEQ 18446744073709999] done")

    async def use(session: ImapSession) -> int | None:
        selected = await session.select(b"a")
        await session.noop()
        return selected.highest_modseq

    assert told(peer, use) == 18446744073709999


@pytest.mark.parametrize(
    "said",
    ["* CAPABILITY IMAP4rev1 MOVE", "* OK [CAPABILITY IMAP4rev1 MOVE] new", "{tag} OK [CAPABILITY IMAP4rev1 MOVE] new"],
)
def test_capabilities_that_change_later_count(said: str) -> None:
    async def use(session: ImapSession) -> tuple[bool, int]:
        await session.noop()
        return session.capabilities.has("MOVE"), session.conversation.free_literal_octets

    assert told(having(NOOP=said), use) == (True, NO_LITERAL)


# Turns


class Work:
    """Commands that stay in flight between turns."""

    def __init__(self, session: ImapSession) -> None:
        self._session = session
        self.is_gathered = False

    async def begin(self) -> None:
        async with self._session.turn(self):
            self._pending = await self._session.conversation.send(Command(b"UID FETCH", 1, "FLAGS"))
            self._session.unfinished = self

    async def gather(self) -> None:
        await self._session.conversation.finish(self._pending)
        self.is_gathered = True


@each_mode
def test_who_comes_in_between_has_unfinished_work_gathered_first(mode: Mode) -> None:
    peer = having()

    async def use(session: ImapSession) -> bool:
        work = Work(session)
        await work.begin()
        await session.noop()
        return work.is_gathered

    assert in_session(peer, use, mode=mode)
    assert peer.verbs == ["UID", "NOOP"]


def test_a_call_that_ends_in_an_error_with_commands_in_flight_ends_the_connection() -> None:
    async def use(session: ImapSession) -> None:
        with pytest.raises(KeyboardInterrupt):
            async with session.turn():
                await session.conversation.send(Command(b"NOOP"))
                raise KeyboardInterrupt
        with pytest.raises(ConnectionLost):
            await session.noop()

    told(having(), use)


def test_a_refusal_leaves_the_session_good() -> None:
    peer = ImapPeer(
        answers={"greeting": "* PREAUTH [CAPABILITY IMAP4rev1] hi", "CREATE": "{tag} NO no", "NOOP": "{tag} OK"}
    )

    async def use(session: ImapSession) -> None:
        with pytest.raises(CommandRefused):
            await session.create(b"a")
        await session.noop()

    told(peer, use)
    assert peer.verbs == ["CREATE", "NOOP"]


# Leaving


@pytest.mark.parametrize("answer", [b"* BYE see you\r\n{tag} OK done\r\n", b"* BYE see you\r\n", None])
def test_who_leaves_need_not_hear_it_confirmed(answer: bytes | None) -> None:
    peer = having(LOGOUT=answer)

    told(peer, lambda session: session.logout())
    assert peer.commands == ["LOGOUT"]


# Administration


def test_quotas_are_given_by_their_roots() -> None:
    peer = having("QUOTA", GETQUOTAROOT='* QUOTAROOT INBOX ""\r\n* QUOTA "" (STORAGE 10 512)')

    async def use(session: ImapSession) -> list[tuple[int, int]]:
        return [one.resources["STORAGE"] for one in await session.quota(b"INBOX")]

    assert told(peer, use) == [(10, 512)]


@pytest.mark.parametrize(("rights", "command"), [("lr", 'SETACL "a" "bob" "lr"'), ("", 'DELETEACL "a" "bob"')])
def test_rights_are_given_and_taken(rights: str, command: str) -> None:
    peer = having("ACL")

    told(peer, lambda session: session.set_acl(b"a", "bob", rights))
    assert peer.commands == [command]


def test_annotations_are_set_whatever_they_hold() -> None:
    peer = having("METADATA")

    told(peer, lambda session: session.set_metadata(b"a", {"/private/comment": b"a\r\nb", "/shared/x": None}))
    assert peer.commands == ['SETMETADATA "a" ("/private/comment" {4+}\r\na\r\nb "/shared/x" NIL)']


def test_annotations_of_the_server_and_of_mailboxes_are_two_abilities() -> None:
    async def use(session: ImapSession) -> None:
        await session.metadata(b"", ["/shared/comment"])
        await session.metadata(b"a", ["/shared/comment"])

    peer = having("METADATA-SERVER")
    fails(CapabilityMissing, peer, use)
    assert peer.commands == ['GETMETADATA "" ("/shared/comment")']


@pytest.mark.parametrize("name", ["QUOTA", "ACL", "METADATA", "NOTIFY", "IDLE", "ENABLE"])
def test_what_the_server_has_not_is_an_error(name: str) -> None:
    async def use(session: ImapSession) -> None:
        match name:
            case "QUOTA":
                await session.quota(b"a")
            case "ACL":
                await session.acl(b"a")
            case "METADATA":
                await session.metadata(b"a", ["/x"])
            case "NOTIFY":
                await session.notify()
            case "IDLE":
                await session.idle(1)
            case _:
                await session.enable("CONDSTORE")

    assert name in fails(CapabilityMissing, having(), use)


# Injection


_Use = Callable[[ImapSession, bytes], Coroutine[object, object, object]]

_USES: Sequence[_Use] = [
    lambda session, name: session.list(name),
    lambda session, name: session.list(reference=name),
    lambda session, name: session.list(status=[name.decode()]),
    lambda session, name: session.status(name, ["MESSAGES"]),
    lambda session, name: session.status(b"a", [name.decode()]),
    lambda session, name: session.create(name),
    lambda session, name: session.create(b"a", name.decode()),
    lambda session, name: session.delete(name),
    lambda session, name: session.rename(name, b"a"),
    lambda session, name: session.rename(b"a", name),
    lambda session, name: session.subscribe(name),
    lambda session, name: session.unsubscribe(name),
    lambda session, name: session.select(name),
    lambda session, name: session.quota(name),
    lambda session, name: session.acl(name),
    lambda session, name: session.set_acl(name, "bob", "lr"),
    lambda session, name: session.set_acl(b"a", name.decode(), "lr"),
    lambda session, name: session.set_acl(b"a", "bob", name.decode()),
    lambda session, name: session.metadata(name, ["/x"]),
    lambda session, name: session.metadata(b"a", [name.decode()]),
    lambda session, name: session.set_metadata(b"a", {name.decode(): b""}),
    lambda session, name: session.enable(name.decode()),
]


@pytest.mark.parametrize("octets", [b"a\r\nA9 DELETE b", b"a\n", b"a\0"])
@pytest.mark.parametrize("use", _USES)
def test_no_argument_becomes_a_command(use: _Use, octets: bytes) -> None:
    """Security I18."""
    peer = having("QUOTA", "ACL", "METADATA", "CREATE-SPECIAL-USE", "ENABLE", "LIST-EXTENDED", "LIST-STATUS")

    fails(UsageError, peer, lambda session: use(session, octets))
    assert peer.commands == []


def test_capabilities_of_imap4rev2_need_not_be_named() -> None:
    alone = Capabilities().told(["IMAP4rev2"])
    both = Capabilities().told(["IMAP4rev1", "IMAP4rev2"])

    assert (alone.has("MOVE"), both.has("MOVE")) == (True, False)
