"""Folders among others, as an application sees them: their names, places, properties and associated contents."""

from __future__ import annotations

import pytest

import msgcore
from msgcore import Message, SpecialFolder
from msgcore.base.text import Secret
from msgcore.blocking.folder import Folder
from msgcore.blocking.store import MessageStore
from msgcore.errors import NotFound, NotSupported, PropertyNotFound, UsageError
from msgcore.props import PidTagComment, PidTagContentCount, PidTagDisplayName, PidTagSubject
from msgcore.props.tags import PS_PUBLIC_STRINGS, NamedProperty
from msgcore.props.types import PropertyType
from msgcore.session.access import FolderLike
from msgcore.testing.servers import LoopbackImapServer
from tests.servers import ANYBODY

COLOUR: NamedProperty[str] = NamedProperty(PS_PUBLIC_STRINGS, "colour", PropertyType.UNICODE)


def names(folder: Folder) -> list[str]:
    return [facts.name for facts in folder.folders()]


def subjects(folder: Folder) -> list[str]:
    return [item.subject for item in folder.messages()]


def test_a_folder_is_renamed_in_its_place(store: MessageStore) -> None:
    folder = store.inbox.create_folder("Projects")
    folder.rename("Plans")

    assert names(store.inbox) == ["Plans"]


def test_a_folder_moves_with_all_that_is_in_it(store: MessageStore) -> None:
    folder = store.inbox.create_folder("Projects")
    inside = folder.create_folder("Athena")
    inside.save(Message(subject="plan"))
    folder.move_to(store.drafts)

    assert (names(store.inbox), names(store.drafts.open_folder("projects")), subjects(inside)) == (
        [],
        ["Athena"],
        ["plan"],
    )


def test_a_folder_moves_under_another_name(store: MessageStore) -> None:
    store.inbox.create_folder("Projects").move_to(store.drafts.entry_id, "Plans")

    assert names(store.drafts) == ["Plans"]


def test_a_folder_does_not_move_into_itself(store: MessageStore) -> None:
    folder = store.inbox.create_folder("Projects")
    inside = folder.create_folder("Athena")

    with pytest.raises(UsageError):
        folder.move_to(inside)


def test_a_special_folder_is_renamed_and_keeps_its_role(store: MessageStore) -> None:
    store.inbox.rename("Post")
    facts = store.inbox.facts()

    assert (facts.name, facts.role) == ("Post", SpecialFolder.INBOX)


def test_a_copy_of_a_folder_has_messages_of_its_own(store: MessageStore) -> None:
    folder = store.inbox.create_folder("Projects")
    original = folder.save(Message(subject="plan"))
    copy = folder.copy_to(store.drafts)
    store.delete(original)

    assert (subjects(folder), subjects(copy), copy.facts().name) == ([], ["plan"], "Projects")


def test_a_copy_of_a_folder_beside_it_needs_another_name(store: MessageStore) -> None:
    folder = store.inbox.create_folder("Projects")
    with pytest.raises(UsageError):
        folder.copy_to(store.inbox)

    folder.copy_to(store.inbox, "Plans")
    assert names(store.inbox) == ["Plans", "Projects"]


def test_an_empty_folder_keeps_its_associated_contents(store: MessageStore) -> None:
    folder = store.inbox
    folder.create_folder("Projects")
    folder.save(Message(subject="plan"))
    folder.save_associated(Message(subject="view"))
    folder.empty()

    assert (names(folder), subjects(folder), folder.associated_table().row_count()) == ([], [], 1)


def test_a_name_that_no_folder_has_is_not_found(store: MessageStore) -> None:
    with pytest.raises(NotFound):
        store.inbox.open_folder("Projects")


def test_associated_contents_are_not_among_the_messages(store: MessageStore) -> None:
    store.inbox.save_associated(Message(subject="view"))
    table = store.inbox.associated_table([PidTagSubject])

    assert (
        subjects(store.inbox),
        store.inbox.facts().content_count,
        [row[PidTagSubject] for row in table.query_rows(9)],
    ) == (
        [],
        0,
        ["view"],
    )


def test_associated_contents_are_restricted_sorted_and_grouped(store: MessageStore) -> None:
    for subject in ("b", "c", "a", "c"):
        store.inbox.save_associated(Message(subject=subject))
    table = store.inbox.associated_table([PidTagSubject], PidTagSubject > "a", "subject desc")
    shown = [row[PidTagSubject] for row in table.query_rows(9)]
    table.set_columns([PidTagSubject, PidTagContentCount])
    table.sort("subject", categories=1)

    assert (shown, [row[PidTagContentCount] for row in table.query_rows(9)]) == (["c", "c", "b"], [1, 2])


def test_only_a_message_is_associated(store: MessageStore) -> None:
    with pytest.raises(UsageError, match="save_associated: need a Message"):
        store.inbox.save_associated(b"octets")  # type: ignore[arg-type]


# Properties


def test_a_folder_has_the_properties_that_its_store_works_out(store: MessageStore) -> None:
    store.inbox.save(Message())
    found = store.inbox.properties()

    assert (found[PidTagDisplayName], found[PidTagContentCount]) == (store.inbox.facts().name, 1)


def test_properties_of_a_folder_are_set_and_deleted(store: MessageStore) -> None:
    store.inbox.set_properties({PidTagComment: "all that arrives", COLOUR: "red"})
    first = store.inbox.properties()
    store.inbox.set_properties({COLOUR: None})

    assert (first[PidTagComment], first[COLOUR]) == ("all that arrives", "red")
    with pytest.raises(PropertyNotFound):
        store.inbox.properties()[COLOUR]


def test_what_the_store_works_out_is_not_set(store: MessageStore) -> None:
    with pytest.raises(UsageError):
        store.inbox.set_properties({PidTagContentCount: 5})


def test_a_value_of_another_type_is_not_set(store: MessageStore) -> None:
    with pytest.raises(UsageError, match="PidTagComment"):
        store.inbox.set_properties({PidTagComment: 5})


def test_a_name_for_a_tag_is_refused(store: MessageStore) -> None:
    with pytest.raises(UsageError, match="need a property tag"):
        store.inbox.set_properties({"PidTagComment": "text"})  # type: ignore[dict-item]


@pytest.mark.parametrize("kind", ["folder", "facts", "entry id", "octets"])
def test_a_folder_is_named_by_itself_its_facts_and_its_entry_id(store: MessageStore, kind: str) -> None:
    facts = store.drafts.facts()
    named: dict[str, FolderLike] = {
        "folder": store.drafts,
        "facts": facts,
        "entry id": facts.entry_id,
        "octets": store.drafts.entry_id,
    }
    copy = store.inbox.create_folder("Projects").copy_to(named[kind])

    assert copy.facts().parent_id == facts.entry_id


def test_what_has_an_entry_id_stands_for_it(store: MessageStore) -> None:
    for subject in ("plan", "report", "draft"):
        store.inbox.save(Message(subject=subject))
    plan, report, draft = store.inbox.messages()
    store.drafts.move_here([plan, report])
    store.drafts.set_read_flags([report])
    store.delete(draft)
    with store.open_message(plan) as stored:
        assert store.load_message(stored).subject == "plan"

    assert [(one.subject, one.is_read) for one in store.drafts.messages()] == [("plan", False), ("report", True)]
    assert store.inbox.count() == 0
    with pytest.raises(UsageError, match="an object of another kind"):
        store.delete(store.inbox)


def test_what_names_no_folder_is_refused(store: MessageStore) -> None:
    with pytest.raises(UsageError, match="need an entry id"):
        store.inbox.create_folder("a").move_to("b")  # type: ignore[arg-type]


def test_a_special_folder_that_is_made_at_a_bare_server_is_known_at_once() -> None:
    with LoopbackImapServer({"ann": ANYBODY}) as server:
        password = Secret(ANYBODY)
        with msgcore.open_store(server.url, user="ann", password=password, allow_cleartext_login=True) as account:
            with pytest.raises(NotSupported):
                _ = account.deleted_items
            made = account.root.create_folder("Trash")
            assert account.deleted_items.entry_id == made.entry_id
