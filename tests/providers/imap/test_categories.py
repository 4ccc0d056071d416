"""Which keywords give a message other categories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.model.message import Message
from msgcore.props.table import PidNameKeywords
from msgcore.providers.imap.categories import Marks, flags_beside, keywords_for, marks_for, saying_its_categories
from msgcore.providers.imap.flags import categories_in
from msgcore.providers.imap.record import keywords_with
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import Incoming
from msgcore.testing.servers import LoopbackImapServer
from msgcore.wire.imap.command import flag
from tests.providers.imap.accounts import PASSWORD, Probe, at_loopback, tell

CATEGORIES = st.lists(
    st.sampled_from(
        ["Work", "work", "home", "Red Category", "\xe4", "$x", "Junk", "a(b", "", "NIL", "\\Seen", "x" * 51]
    )
    | st.text(max_size=3),
    max_size=4,
).map(tuple)
FLAGS = st.lists(
    st.sampled_from(["\\Seen", "\\Draft", "$msgcore-status-4", "Junk", "Work", "home", "third"]), unique=True
).map(tuple)


def after(flags: tuple[str, ...], marks: Marks) -> tuple[str, ...]:
    return tuple(one for one in (*flags, *marks.added) if one not in marks.removed)


@given(CATEGORIES, st.lists(st.sampled_from(["Work", "home", "new", "third"]), unique=True), FLAGS)
@example((), ["Work"], ("home",))
@example(("Work",), ["home"], ("home", "third"))
@example(("Work",), [], ("Work",))
def test_with_the_keywords_a_message_has_the_categories_that_are_wanted(
    said: tuple[str, ...], rest: list[str], flags: tuple[str, ...]
) -> None:
    wanted = (*said, *(one for one in rest if one.lower() not in {own.lower() for own in said}))
    marks = marks_for(said, wanted, flags)
    assert marks is not None
    assert sorted(keywords_with(said, after(flags, marks))) == sorted(wanted)


@given(CATEGORIES, CATEGORIES, FLAGS)
@example((), ("Work",), ("\\Seen",))
def test_keywords_leave_all_other_flags(said: tuple[str, ...], wanted: tuple[str, ...], flags: tuple[str, ...]) -> None:
    marks = marks_for(said, wanted, flags) or Marks()
    others = [one for one in flags if not categories_in([one])]
    assert [one for one in after(flags, marks) if not categories_in([one])] == others


@given(st.text(max_size=60))
@example("NIL")
def test_what_becomes_a_keyword_can_be_written(category: str) -> None:
    marks = marks_for((), (category,), ())
    assert [flag(one).octets.decode() for one in (marks or Marks()).added] == ([category] if marks else [])


@pytest.mark.parametrize(
    ("said", "wanted", "flags", "expected"),
    [
        ((), ("Work",), (), Marks(("Work",))),
        ((), ("Work",), ("home",), Marks(("Work",), ("home",))),
        ((), (), ("home", "$Forwarded", "\\Seen"), Marks((), ("home",))),
        (("Own",), ("Own", "Work"), ("own",), Marks(("Work",))),
        ((), ("Work",), ("Work",), Marks()),
    ],
)
def test_keywords_are_added_and_taken_away(
    said: tuple[str, ...], wanted: tuple[str, ...], flags: tuple[str, ...], expected: Marks
) -> None:
    assert marks_for(said, wanted, flags) == expected


@pytest.mark.parametrize(
    ("said", "wanted", "flags"),
    [
        (("Own",), (), ()),
        (("Own",), ("Work", "Own"), ()),
        ((), ("Red Category",), ()),
        ((), ("Junk",), ()),
        ((), ("$x",), ()),
        ((), ("NIL",), ()),
        ((), ("Work",), ("work",)),
        ((), ("Work", "work"), ()),
        (("Own",), ("Own", "own"), ()),
        ((), (), ("[x]",)),
    ],
)
def test_what_keywords_cannot_say_is_left_to_the_message(
    said: tuple[str, ...], wanted: tuple[str, ...], flags: tuple[str, ...]
) -> None:
    assert marks_for(said, wanted, flags) is None


def test_a_message_that_is_replaced_keeps_its_flags_but_for_lost_categories() -> None:
    flags = ("\\Seen", "\\Recent", "$msgcore-copied", "Junk", "work", "home")
    assert flags_beside(flags, ("Work",)) == ("\\Seen", "$msgcore-copied", "Junk", "work")


@pytest.mark.parametrize("flag", ["[x]", "\xe4", "two words", "a%b"])
def test_what_no_client_may_say_is_not_said_of_a_message_that_is_replaced(flag: str) -> None:
    assert flags_beside(("\\Seen", flag), (flag,)) == ("\\Seen",)


@pytest.mark.parametrize(("flags", "expected"), [(("home",), None), ((), ("home",))], ids=["there", "elsewhere"])
def test_categories_of_another_place_are_said_by_the_message(
    flags: tuple[str, ...], expected: tuple[str, ...] | None
) -> None:
    message = mime.read(b"Subject: x\r\n\r\ntext")
    message.properties_set.preset(PidNameKeywords, ("home",))
    saying: Message = saying_its_categories(message, flags)
    assert mime.read(mime.write(saying)).get(PidNameKeywords) == expected


@pytest.fixture
def server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        yield server


def saved(server: LoopbackImapServer, message: Message) -> tuple[tuple[str, ...], list[object]]:
    """Save a message; give its keywords at the server, and the categories that its row and the loaded message say."""

    async def story(store: Probe) -> list[object]:
        inbox = (await store.by_name())["INBOX"].entry_id
        [one] = await store.save(inbox, [Incoming(message)], NEVER)
        row = await store.row(one, (PidNameKeywords,), NEVER)
        return [row[PidNameKeywords], (await store.load(one, 1 << 20, NEVER))[PidNameKeywords]]

    said = tell(at_loopback(server), story)
    [uid] = server.mailbox("ann").messages()
    flags = server.mailbox("ann").messages()[uid].flags
    return tuple(sorted(one for one in flags if one[0] not in "\\$")), said


def with_categories(*categories: str) -> Message:
    message = Message(subject="x")
    message[PidNameKeywords] = categories
    return message


def test_other_clients_see_the_categories_of_a_new_message(server: LoopbackImapServer) -> None:
    said = ("Work", "At home", "Own")
    assert saved(server, with_categories(*said)) == (("Own", "Work"), [said, said])


def test_a_mailbox_gets_no_keywords_that_it_does_not_keep(server: LoopbackImapServer) -> None:
    server.mailbox("ann").permanent_flags = ("\\Seen", "own")
    said = ("Work", "Own")
    assert saved(server, with_categories(*said)) == (("Own",), [said, said])


def test_what_a_sender_says_in_a_letter_makes_no_keywords(server: LoopbackImapServer) -> None:
    letter = mime.read(b"Subject: x\r\nKeywords: Work, Own\r\n\r\ntext\r\n")
    assert saved(server, letter) == ((), [("Work", "Own"), ("Work", "Own")])


@pytest.mark.parametrize(
    ("categories", "expected"),
    [(("Work", "work", "a b", "Junk", "nil", "\\Seen", "$x", "ä", "b" * 51), ("Work",)), ((), ())],
)
def test_categories_that_are_none_make_no_keywords(categories: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert keywords_for(with_categories(*categories)) == expected
