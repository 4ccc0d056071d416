"""Special folders of the internal store."""

from __future__ import annotations

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import UsageError
from msgcore.props.table import PidTagContainerClass, PidTagDisplayName, PidTagIpmContactEntryId
from msgcore.providers.internal.service import PersonalFoldersConfig, PersonalFoldersService
from msgcore.runtime import NEVER
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import SpecialFolder
from tests.providers.internal.box import Box


def test_a_new_mailbox_has_every_special_folder(box: Box) -> None:
    assert set(box.special) == set(SpecialFolder)


def test_special_folders_lie_below_the_subtree_with_their_roles(box: Box) -> None:
    listed = box.run(box.store.folders(box.special[SpecialFolder.IPM_SUBTREE], NEVER))

    below_the_root = {SpecialFolder.ROOT, SpecialFolder.IPM_SUBTREE, SpecialFolder.FINDER}
    assert {one.role for one in listed} == set(SpecialFolder) - below_the_root


def test_the_finder_is_not_among_what_people_see(box: Box) -> None:
    finder = box.run(box.store.folder(box.special[SpecialFolder.FINDER], NEVER))

    assert finder.parent_id == box.special[SpecialFolder.ROOT]


def without_junk(box: Box) -> None:
    """Make the mailbox one from before there was a folder for junk."""
    box.sql("delete from folder where role = 'junk_email'")


def test_a_role_that_a_mailbox_has_not_is_made_when_it_is_asked_for(box: Box) -> None:
    without_junk(box)

    special = box.run(box.store.special_folders(NEVER))

    assert box.run(box.store.folder(special[SpecialFolder.JUNK_EMAIL], NEVER)).name == "Junk E-mail"


def test_a_role_is_made_once(box: Box) -> None:
    without_junk(box)

    assert box.run(box.store.special_folders(NEVER)) == box.run(box.store.special_folders(NEVER))


def named_junk(box: Box) -> EntryId:
    without_junk(box)
    return box.folder("JUNK E-MAIL")


def test_a_folder_of_the_name_gets_the_role(box: Box) -> None:
    own = named_junk(box)

    assert box.run(box.store.special_folders(NEVER))[SpecialFolder.JUNK_EMAIL] == own


def test_a_folder_that_got_a_role_tells_who_follows_the_changes(box: Box) -> None:
    own = named_junk(box)
    token = box.run(box.store.changes_since(None, None, 1_000, NEVER)).token

    box.run(box.store.special_folders(NEVER))

    changes = box.run(box.store.changes_since(None, token, 1_000, NEVER)).changes
    assert [one.entry_id for one in changes] == [own]


def test_a_special_folder_is_renamed_by_its_display_name(box: Box) -> None:
    """As clients do in another language: the role says what it is for, the name is for people."""
    box.run(box.store.set_folder_properties(box.inbox, {PidTagDisplayName: "Posteingang"}, NEVER))

    assert box.run(box.store.folder(box.inbox, NEVER)).name == "Posteingang"


def test_a_renamed_special_folder_keeps_its_role(box: Box) -> None:
    box.run(box.store.set_folder_properties(box.inbox, {PidTagDisplayName: "Posteingang"}, NEVER))

    assert box.run(box.store.special_folders(NEVER))[SpecialFolder.INBOX] == box.inbox


def test_the_root_is_not_renamed(box: Box) -> None:
    with pytest.raises(UsageError, match="root"):
        root = box.special[SpecialFolder.ROOT]
        box.run(box.store.set_folder_properties(root, {PidTagDisplayName: "x"}, NEVER))


@pytest.mark.parametrize("role", list(SpecialFolder))
def test_a_special_folder_stays_where_it_is(box: Box, role: SpecialFolder) -> None:
    with pytest.raises(UsageError, match="cannot be deleted, moved or copied"):
        box.run(box.store.move_folder(box.special[role], box.inbox, "x", NEVER))


def test_a_file_from_before_a_role_was_there_is_read_as_it_is(box: Box) -> None:
    """A store that is only read makes nothing; what an earlier msgcore has not made is not there."""
    box.sql("delete from folder where role = 'contacts'")
    before = box.sql("select count(*) from folder")
    service = PersonalFoldersService(PersonalFoldersConfig(box.path, read_only=True), box.runtime)
    box.run(service.logon(NEVER))
    [reader] = service.providers()
    found = set(box.run(GuardedStore(Plugin("reader", reader, box.runtime), reader).special_folders(NEVER)))
    box.run(service.close())

    assert set(SpecialFolder) - found == {SpecialFolder.CONTACTS}
    assert box.sql("select count(*) from folder") == before


def test_a_role_that_a_newer_msgcore_has_given_meanwhile_is_passed_over(box: Box) -> None:
    """Who sends in an older process has to be able to write down that it did."""
    box.folder("x")
    box.sql("update folder set role = 'of tomorrow' where name = 'x'")

    assert box.run(box.store.special_folders(NEVER)) == box.special


def test_the_folder_of_people_is_known_to_others_as_one(box: Box) -> None:
    contacts = box.special[SpecialFolder.CONTACTS]

    assert box.run(box.store.folder_properties(contacts, NEVER))[PidTagContainerClass] == "IPF.Contact"
    assert box.run(box.store.folder_properties(box.inbox, NEVER))[PidTagIpmContactEntryId] == bytes(contacts)
