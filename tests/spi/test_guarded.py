"""What sessions believe of stores and transports, and what not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import attrs
import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import NotSupported, PluginBroken
from msgcore.model import Accepted, Address, Envelope, Message, Outcome, Recipient, Refused, Unknown
from msgcore.props.row import Row
from msgcore.props.table import PidTagBody, PidTagSubject
from msgcore.props.tags import PS_PUBLIC_STRINGS
from msgcore.runtime import NEVER, Runtime
from msgcore.spi.capability import Capability
from msgcore.spi.changes import Change, ChangeKind, Changes
from msgcore.spi.folders import Search
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.guarded_transport import GuardedTransport
from msgcore.spi.journal import JournalEntry
from msgcore.spi.message_state import AttachmentFacts
from msgcore.spi.origin import Origin
from msgcore.spi.outgoing import Preprocessed
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import EVERY_ROW, Contents, Incoming, MessageStatus, SpecialFolder, StoreEvent, TableQuery
from msgcore.testing.modes import Mode

BOTH = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
UID = bytes(range(16))
INBOX = EntryId(UID, ObjectKind.FOLDER, 1)
LETTER = EntryId(UID, ObjectKind.MESSAGE, 2)
BOB, CID = (Recipient(Address("SMTP", f"{name}@b.test")) for name in ("bob", "cid"))
BOTH_RECIPIENTS = Envelope(None, (BOB, CID))
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
QUERY = TableQuery((PidTagSubject,), count=1)
KEYWORDS = (PS_PUBLIC_STRINGS, "Keywords")
EVERY_MESSAGE = PidTagSubject.exists()


def change(number: int, entry_id: EntryId = LETTER) -> Change:
    return Change(ChangeKind.CHANGED, entry_id, INBOX, number)


def entry(unique_id: bytes, fingerprint: bytes = b"f") -> JournalEntry:
    return JournalEntry(Origin("ann", unique_id, fingerprint), NOON)


class Says:
    """A store and transport whose every method gives one and the same thing."""

    uid: Any = UID
    display_name = "says"
    capabilities: Any = frozenset(Capability)
    address_types: Any = ("SMTP",)

    def __init__(self, given: object) -> None:
        self.given = given

    def _say(self, *arguments: object) -> Any:
        return self.given

    special_folders = folders = folder = folder_named = query = count = load = load_many = _say
    row = save = copy = settle = lock_due = _say
    keep_preprocessed = find_submissions = note_outcomes = _say
    groups = explain = advise = advise_folder = property_ids = property_names = _say
    save_changes = set_read_flag = move = delete = create_folder = delete_folder = _say
    move_folder = copy_folder = empty_folder = folder_properties = set_folder_properties = _say
    receive_folder = receive_folders = set_receive_folder = deliver = save_associated = _say
    create_search_folder = search_criteria = set_search_criteria = changes_since = check = backup = compact = _say
    restore = purge = purge_before = set_message_status = clear_receipts = owed_receipts = _say
    attachment_facts = attachment_octets = journal = note = forget = keeps_sent_mail = _say
    submit = outgoing = submission = make_due = retry = abort = track = preview = flush = submit_all = _say
    read_address_types = resolve_name = find_entries = list_members = _say
    identity = None
    provider_uids = ()


def store(given: object) -> Callable[[Runtime], GuardedStore]:
    def make(runtime: Runtime) -> GuardedStore:
        says: Any = Says(given)
        return GuardedStore(Plugin("mine", says, runtime), says)

    return make


def _ignore(events: Sequence[StoreEvent]) -> None:
    pass


Ask = Callable[[GuardedStore], Any]

NONSENSE: list[tuple[str, Ask, object]] = [
    ("no mapping", lambda s: s.special_folders(NEVER), []),
    ("no root", lambda s: s.special_folders(NEVER), {SpecialFolder.INBOX: INBOX}),
    ("no ids", lambda s: s.special_folders(NEVER), {SpecialFolder.ROOT: 1, SpecialFolder.IPM_SUBTREE: 2}),
    ("no facts", lambda s: s.folder(INBOX, NEVER), None),
    ("one of no facts", lambda s: s.folders(INBOX, NEVER), [1]),
    ("no rows", lambda s: s.query(INBOX, QUERY, NEVER), None),
    ("text", lambda s: s.query(INBOX, QUERY, NEVER), "rows"),
    ("rows of other columns", lambda s: s.query(INBOX, QUERY, NEVER), [Row((PidTagBody,), {})]),
    ("less than no rows", lambda s: s.count(INBOX, EVERY_ROW, NEVER), -1),
    ("no number", lambda s: s.count(INBOX, EVERY_ROW, NEVER), "2"),
    ("no groups", lambda s: s.groups(INBOX, EVERY_ROW, NEVER), [(("a",), 1, 0)]),
    ("no plan", lambda s: s.explain(INBOX, QUERY, NEVER), "by index"),
    ("no way to end", lambda s: s.advise(INBOX, _ignore, lambda: None, NEVER), None),
    ("texts for property ids", lambda s: s.property_ids([KEYWORDS], False, NEVER), ["0x8000"]),
    ("no property id", lambda s: s.property_ids([KEYWORDS], True, NEVER), [None]),
    ("too few property ids", lambda s: s.property_ids([KEYWORDS], False, NEVER), []),
    ("texts for property names", lambda s: s.property_names([0x8000], NEVER), ["Keywords"]),
    ("no message", lambda s: s.load(LETTER, 1, NEVER), b"octets"),
    ("no facts of a name", lambda s: s.folder_named(LETTER, "a", NEVER), LETTER),
    ("no message of several", lambda s: s.load_many([LETTER], 1, NEVER), [b"octets"]),
    ("none of several", lambda s: s.load_many([LETTER], 1, NEVER), []),
    ("more than were asked for", lambda s: s.load_many([LETTER], 1, NEVER), [Message(), Message()]),
    ("a row of no columns", lambda s: s.row(LETTER, QUERY.columns, NEVER), Row((), {})),
    ("no row", lambda s: s.row(LETTER, QUERY.columns, NEVER), {}),
    ("octets for ids", lambda s: s.save(INBOX, [Incoming(Message())], NEVER), [bytes(LETTER)]),
    ("too few ids", lambda s: s.save(INBOX, [Incoming(Message())], NEVER), []),
    ("too many ids", lambda s: s.copy([LETTER], INBOX, NEVER), [LETTER, LETTER]),
    ("no copy", lambda s: s.copy_folder(INBOX, INBOX, "copy", NEVER), None),
    ("no properties", lambda s: s.folder_properties(INBOX, NEVER), [(PidTagSubject, "a")]),
    ("properties by name", lambda s: s.folder_properties(INBOX, NEVER), {"PidTagSubject": "a"}),
    ("no entry", lambda s: s.receive_folder("IPM", NEVER), INBOX),
    ("no entries", lambda s: s.receive_folders(NEVER), {"IPM": INBOX}),
    ("too few deliveries", lambda s: s.deliver([Incoming(Message())], NEVER), []),
    ("too few associated", lambda s: s.save_associated(INBOX, [Incoming(Message())], NEVER), []),
    ("no search folder", lambda s: s.create_search_folder(INBOX, "found", cast(Any, None), NEVER), None),
    ("no search", lambda s: s.search_criteria(INBOX, NEVER), EVERY_MESSAGE),
    ("a search of nothing", lambda s: s.search_criteria(INBOX, NEVER), Search(EVERY_MESSAGE, ())),
    ("a search of names", lambda s: s.search_criteria(INBOX, NEVER), Search(EVERY_MESSAGE, cast(Any, ("inbox",)))),
    ("no changes", lambda s: s.changes_since(None, None, 9, NEVER), [change(1)]),
    ("nonsense for changes", lambda s: s.changes_since(None, None, 9, NEVER), Changes(cast(Any, ["new"]), b"")),
    ("a token of text", lambda s: s.changes_since(None, None, 9, NEVER), Changes((), cast(Any, "1"))),
    ("falling numbers", lambda s: s.changes_since(None, None, 9, NEVER), Changes((change(2), change(1)), b"")),
    ("one number of two", lambda s: s.changes_since(None, None, 9, NEVER), Changes((change(1), change(1, INBOX)), b"")),
    ("too many changes", lambda s: s.changes_since(None, None, 1, NEVER), Changes((change(1), change(2, INBOX)), b"")),
    ("more than nothing", lambda s: s.changes_since(None, None, 9, NEVER), Changes((), b"", has_more=True)),
    ("no faults", lambda s: s.check(NEVER), ["folder 7"]),
    ("no number purged", lambda s: s.purge_before(NOON, NEVER), None),
    ("less than none purged", lambda s: s.purge_before(NOON, NEVER), -1),
    ("no receipts", lambda s: s.owed_receipts(NEVER), [LETTER]),
    ("neither yes nor no", lambda s: s.keeps_sent_mail(NEVER), 1),
    ("no facts of an attachment", lambda s: s.attachment_facts(LETTER, 0, NEVER), 5),
    ("yes for a size", lambda s: s.attachment_facts(LETTER, 0, NEVER), AttachmentFacts(True, b"")),
    ("less than no size", lambda s: s.attachment_facts(LETTER, 0, NEVER), AttachmentFacts(-1, b"")),
    ("a mark of text", lambda s: s.attachment_facts(LETTER, 0, NEVER), AttachmentFacts(5, cast(Any, "1"))),
    ("text for octets", lambda s: s.attachment_octets(LETTER, 0, b"", 0, 9, NEVER), "octets"),
    ("too many octets", lambda s: s.attachment_octets(LETTER, 0, b"", 0, 2, NEVER), b"abc"),
    ("no journal", lambda s: s.journal("ann", None, 9, NEVER), None),
    ("keys for entries", lambda s: s.journal("ann", None, 9, NEVER), [(b"1", b"f")]),
    ("too many entries", lambda s: s.journal("ann", None, 1, NEVER), [entry(b"1"), entry(b"2")]),
    ("entries that fall", lambda s: s.journal("ann", None, 9, NEVER), [entry(b"2"), entry(b"1")]),
    ("an entry twice", lambda s: s.journal("ann", None, 9, NEVER), [entry(b"1"), entry(b"1")]),
    ("the entry before", lambda s: s.journal("ann", (b"1", b"f"), 9, NEVER), [entry(b"1"), entry(b"2")]),
    ("no item", lambda s: s.lock_due(1, NEVER), "item"),
    ("no items", lambda s: s.find_submissions("t1", "", NEVER), ["item"]),
    ("no item kept", lambda s: s.keep_preprocessed(cast(Any, None), Preprocessed(), [], NEVER), "item"),
    ("no yes or no", lambda s: s.settle(cast(Any, None), [], NEVER), None),
]


@BOTH
@pytest.mark.parametrize(("ask", "given"), [case[1:] for case in NONSENSE], ids=[case[0] for case in NONSENSE])
def test_nonsense_of_a_store_is_told(mode: Mode, ask: Ask, given: object) -> None:
    async def main(runtime: Runtime) -> None:
        await ask(store(given)(runtime))

    with pytest.raises(PluginBroken, match=r"^mine: .*Says\._say gave .*; need "):
        mode.run(main)


MEANINGFUL: list[tuple[str, Ask, object]] = [
    ("no changes", lambda s: s.changes_since(None, None, 9, NEVER), Changes((), b"")),
    ("one object's two changes", lambda s: s.changes_since(None, None, 1, NEVER), Changes((change(1), change(1)), b"")),
    ("fewer octets at the end", lambda s: s.attachment_octets(LETTER, 0, b"", 0, 2, NEVER), b"a"),
    ("a search", lambda s: s.search_criteria(INBOX, NEVER), Search(EVERY_MESSAGE, (INBOX,))),
    ("properties", lambda s: s.folder_properties(INBOX, NEVER), {PidTagSubject: "a"}),
    ("no entries of a journal", lambda s: s.journal("ann", None, 9, NEVER), []),
    ("two prints", lambda s: s.journal("ann", (b"1", b"f"), 9, NEVER), [entry(b"1", b"g"), entry(b"1", b"h")]),
]


@pytest.mark.parametrize(("ask", "given"), [case[1:] for case in MEANINGFUL], ids=[case[0] for case in MEANINGFUL])
def test_what_has_a_meaning_is_given(ask: Ask, given: object) -> None:
    async def main(runtime: Runtime) -> object:
        found: object = await ask(store(given)(runtime))
        return found

    assert Mode.BLOCKING.run(main) == given


ABILITIES: Mapping[Capability, Ask] = {
    Capability.CHANGES: lambda s: s.changes_since(None, None, 9, NEVER),
    Capability.HIERARCHY: lambda s: s.empty_folder(INBOX, NEVER),
    Capability.JOURNAL: lambda s: s.note([], NEVER),
    Capability.FOLDER_PROPERTIES: lambda s: s.set_folder_properties(INBOX, {}, NEVER),
    Capability.RECEIVE_FOLDERS: lambda s: s.deliver([], NEVER),
    Capability.SEARCH_FOLDERS: lambda s: s.search_criteria(INBOX, NEVER),
    Capability.ASSOCIATED: lambda s: s.save_associated(INBOX, [], NEVER),
    Capability.RECOVERY: lambda s: s.restore([LETTER], NEVER),
    Capability.MAINTENANCE: lambda s: s.compact(NEVER),
    Capability.MESSAGE_STATUS: lambda s: s.set_message_status([], MessageStatus.TAGGED, MessageStatus.TAGGED, NEVER),
    Capability.RECEIPTS: lambda s: s.owed_receipts(NEVER),
    Capability.SENT_MAIL: lambda s: s.keeps_sent_mail(NEVER),
    Capability.STREAMS: lambda s: s.attachment_facts(LETTER, 0, NEVER),
    Capability.DELETE: lambda s: s.delete([LETTER], NEVER),
}


@pytest.mark.parametrize("ability", ABILITIES, ids=lambda ability: ability.value)
def test_what_a_store_cannot_do_is_not_supported_by_name(ability: Capability) -> None:
    async def main(runtime: Runtime) -> None:
        says: Any = Says(None)
        says.capabilities = frozenset(Capability) - {ability}
        await ABILITIES[ability](GuardedStore(Plugin("mine", says, runtime), says))

    with pytest.raises(NotSupported, match=f"says: this store has not the ability '{ability.value}'"):
        Mode.BLOCKING.run(main)


def test_more_rows_than_were_asked_for_are_told() -> None:
    rows = [Row(QUERY.columns, {}), Row(QUERY.columns, {})]

    async def main(runtime: Runtime) -> None:
        await store(rows)(runtime).query(INBOX, QUERY, NEVER)

    with pytest.raises(PluginBroken, match="need 1 of Row"):
        Mode.BLOCKING.run(main)


@pytest.mark.parametrize("uid", [b"short", "0123456789abcdef", None])
def test_a_store_without_an_uid_is_told(uid: object) -> None:
    async def main(runtime: Runtime) -> None:
        says: Any = Says(None)
        says.uid = uid
        GuardedStore(Plugin("mine", says, runtime), says)

    with pytest.raises(PluginBroken, match="mine: uid is"):
        Mode.BLOCKING.run(main)


def submitted(mode: Mode, given: object) -> dict[Recipient, Outcome]:
    async def main(runtime: Runtime) -> dict[Recipient, Outcome]:
        says: Any = Says(given)
        transport = GuardedTransport(Plugin("mine", says, runtime), says)
        return (await transport.submit(BOTH_RECIPIENTS, Message(), NEVER)).outcomes

    return mode.run(main)


@BOTH
def test_notifications_that_cannot_be_ended_are_no_fault_of_who_ends_them(
    mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    def unadvise() -> None:
        raise OSError("no such watch")

    async def main(runtime: Runtime) -> None:
        (await store(unadvise)(runtime).advise(INBOX, _ignore, lambda: None, NEVER))()

    mode.run(main)
    assert caplog.text.count("unadvise: OSError: no such watch") == 1


@BOTH
def test_a_recipient_that_is_not_spoken_of_is_unknown(mode: Mode) -> None:
    """It may have been sent to: only the plug-in could tell."""
    assert submitted(mode, {BOB: Accepted()}) == {BOB: Accepted(), CID: Unknown()}


NO_FIELDS: list[Any] = [{"code": "250"}, {"code": 1 << 40}, {"text": 5}, {"stage": b"data"}, {"note": None}]


@pytest.mark.parametrize("fields", [*NO_FIELDS, {"enhanced": 5.1}], ids=str)
def test_an_outcome_that_no_queue_can_keep_is_unknown(fields: Any) -> None:
    assert submitted(Mode.BLOCKING, {BOB: Accepted(**fields), CID: Refused(550)}) == {BOB: Unknown(), CID: Refused(550)}


class Unreadable(dict[Recipient, Outcome]):
    """Whoever looks at it, or into it, meets an error."""

    def __repr__(self) -> str:
        raise ValueError("no text")

    keys = items = __iter__ = __repr__  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]


@BOTH
@pytest.mark.parametrize("given", [Unreadable({BOB: Accepted()}), [Unreadable()]])
def test_what_cannot_be_read_or_shown_is_told_all_the_same(mode: Mode, given: object) -> None:
    with pytest.raises(PluginBroken, match=r"^mine: .*ValueError"):
        submitted(mode, given)


@BOTH
def test_a_recipient_that_nonsense_is_said_of_is_unknown(mode: Mode) -> None:
    assert submitted(mode, {BOB: Accepted(), CID: "fine"}) == {BOB: Accepted(), CID: Unknown()}


@BOTH
def test_a_recipient_that_was_not_asked_about_is_left_out(mode: Mode) -> None:
    other = Recipient(Address("SMTP", "dan@b.test"))
    assert submitted(mode, {BOB: Accepted(), CID: Accepted(), other: Accepted()}).keys() == {BOB, CID}


@BOTH
def test_a_text_of_an_outcome_that_is_too_long_is_cut(mode: Mode) -> None:
    """It would be written into the queue, and be read by everybody who looks there."""
    long = "x" * 1_000_000
    found = submitted(
        mode, {BOB: Accepted(250, None, long, note=long, reports_itself=True), CID: Better(250, text=long)}
    )

    assert [len(one.text) for one in found.values()] == [10_000, 10_000]
    bob = found[BOB]
    assert isinstance(bob, Accepted)
    assert (len(bob.note), bob.code, bob.reports_itself) == (10_000, 250, True)


@attrs.frozen(str=False)
class Better(Accepted):
    """A class of the plug-in's own."""

    price: int = 0


@BOTH
def test_an_outcome_of_a_class_of_its_own_becomes_the_kind_that_it_is(mode: Mode) -> None:
    found = submitted(mode, {BOB: Better(250, price=3), CID: Accepted()})
    assert [type(one) for one in found.values()] == [Accepted, Accepted]


@BOTH
@pytest.mark.parametrize("given", [None, [Accepted()], "ok", {"bob": Accepted()}])
def test_what_is_no_mapping_by_recipient_is_told(mode: Mode, given: object) -> None:
    with pytest.raises(PluginBroken, match="need a mapping by Recipient"):
        submitted(mode, given)


@pytest.mark.parametrize("types", ["SMTP", None, (1,)])
def test_address_types_that_are_none_are_told(types: object) -> None:
    async def main(runtime: Runtime) -> None:
        says: Any = Says(None)
        says.address_types = types
        GuardedTransport(Plugin("mine", says, runtime), says)

    with pytest.raises(PluginBroken, match="mine: "):
        Mode.BLOCKING.run(main)


@BOTH
def test_a_preview_has_to_speak_of_every_recipient(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        says: Any = Says({})
        transport = GuardedTransport(Plugin("mine", says, runtime), says)
        await transport.preview(BOTH_RECIPIENTS, Message(), NEVER)

    with pytest.raises(PluginBroken, match="need a RoutePreview for each recipient"):
        mode.run(main)


LOOKS: Mapping[str, Callable[[GuardedStore, TableQuery], Any]] = {
    "query": lambda s, query: s.query(INBOX, query, NEVER),
    "count": lambda s, query: s.count(INBOX, query, NEVER),
    "groups": lambda s, query: s.groups(INBOX, query, NEVER),
    "explain": lambda s, query: s.explain(INBOX, query, NEVER),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("contents", "ability"),
    [(Contents.ASSOCIATED, Capability.ASSOCIATED), (Contents.DELETED, Capability.RECOVERY)],
    ids=lambda value: value.value,
)
def test_contents_are_looked_at_only_where_the_store_has_them(
    look: str, contents: Contents, ability: Capability
) -> None:
    query = attrs.evolve(QUERY, contents=contents)

    async def main(runtime: Runtime) -> None:
        able: Any = Says([])
        able.capabilities = frozenset(Capability) - {ability}
        await LOOKS[look](GuardedStore(Plugin("mine", able, runtime), able), query)

    with pytest.raises(NotSupported, match=f"'{ability.value}'"):
        Mode.BLOCKING.run(main)
