"""Copying, renaming, the default profile; files that others change or cannot be written."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import msgcore
from msgcore.errors import ProfileError, StoreError, UsageError
from msgcore.profile import ProfileAdmin
from msgcore.profile.files import locked, write_private

TEXT = '# Mine.\n[[services]]\nservice = "personal-folders"\npath = "a.db" # here\n'


@pytest.fixture
def admin(tmp_path: Path) -> ProfileAdmin:
    made = ProfileAdmin(tmp_path)
    write(made, "work")
    return made


def write(admin: ProfileAdmin, name: str, text: str = TEXT) -> Path:
    file = admin.folder / f"{name}.toml"
    file.write_bytes(text.encode())
    file.chmod(0o600)
    return file


def test_a_folder_is_taken_from_where_the_program_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert ProfileAdmin("profiles").folder == tmp_path / "profiles"


def test_one_table_is_no_list_of_services(admin: ProfileAdmin) -> None:
    table: Any = {"service": "personal-folders", "path": "a.db"}
    with pytest.raises(UsageError, match="a list of tables"):
        admin.create("other", table)


def test_a_copy_has_the_same_octets_and_is_private(admin: ProfileAdmin) -> None:
    file = admin.copy("work", "home")

    assert (file.read_text(), file.stat().st_mode & 0o777, admin.names()) == (TEXT, 0o600, ("home", "work"))


def test_a_renamed_profile_has_the_same_octets_and_no_other_name(admin: ProfileAdmin) -> None:
    assert (admin.rename("work", "home").read_text(), admin.names()) == (TEXT, ("home",))


@pytest.mark.parametrize("change", [ProfileAdmin.copy, ProfileAdmin.rename], ids=["copy", "rename"])
def test_a_name_that_is_taken_is_kept(admin: ProfileAdmin, change: Callable[[ProfileAdmin, str, str], Path]) -> None:
    write(admin, "home", "")
    with pytest.raises(UsageError, match="'home' exists already"):
        change(admin, "work", "home")
    assert ((admin.folder / "home.toml").read_text(), (admin.folder / "work.toml").read_text()) == ("", TEXT)


@pytest.mark.parametrize("change", [ProfileAdmin.copy, ProfileAdmin.rename], ids=["copy", "rename"])
def test_what_is_not_there_is_named(admin: ProfileAdmin, change: Callable[[ProfileAdmin, str, str], Path]) -> None:
    with pytest.raises(ProfileError, match=r"worx\.toml: there is no such profile; did you mean work\?"):
        change(admin, "worx", "home")
    assert admin.names() == ("work",)


def test_a_name_that_no_file_can_have_and_a_folder_in_a_circle_are_profile_errors(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    for folder, name in ((tmp_path, "\U0001f600" * 64), (tmp_path / "circle", "work")):
        with pytest.raises(ProfileError, match="cannot be read"):
            ProfileAdmin(folder).profile(name)


def test_what_an_editor_leaves_beside_a_profile_is_none(admin: ProfileAdmin) -> None:
    (admin.folder / ".#work.toml").symlink_to("ann@host.1234")  # Emacs, while somebody edits it
    write(admin, "._work")

    assert (admin.names(), admin.default) == (("work",), "work")


def test_the_only_profile_is_the_default_one(admin: ProfileAdmin) -> None:
    assert (admin.default, admin.profile().name) == ("work", "work")


def test_of_several_none_is_the_default_one_until_it_is_set(admin: ProfileAdmin) -> None:
    write(admin, "home")
    with pytest.raises(ProfileError, match=r"there are home, work: name one, or set_default"):
        admin.profile()

    admin.set_default("home")

    assert ProfileAdmin(admin.folder).profile().name == "home"


def test_without_a_profile_there_is_no_default_one(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="there is no profile at all"):
        ProfileAdmin(tmp_path / "none").profile()


def test_the_default_profile_stays_it_when_it_is_renamed_and_ends_when_it_is_deleted(admin: ProfileAdmin) -> None:
    write(admin, "home")
    write(admin, "third")
    admin.set_default("home")

    admin.rename("home", "house")
    renamed = admin.default
    admin.delete("house")

    assert (renamed, admin.default) == ("house", None)


def test_only_a_profile_that_is_there_becomes_the_default_one(admin: ProfileAdmin) -> None:
    with pytest.raises(ProfileError, match="no such profile"):
        admin.set_default("nowhere")
    assert admin.default == "work"


def test_a_default_that_was_deleted_by_hand_is_named(admin: ProfileAdmin) -> None:
    admin.set_default("work")
    (admin.folder / "work.toml").unlink()
    with pytest.raises(ProfileError, match=r"work\.toml: there is no such profile"):
        admin.profile()


@pytest.mark.parametrize("text", ["", "\n", "../work", "work\nhome\n", ".work"])
def test_a_default_that_was_edited_by_hand_and_is_no_name_is_named(admin: ProfileAdmin, text: str) -> None:
    write_private(admin.folder / ".default", text)

    with pytest.raises(ProfileError, match=r"\.default: .* is no profile's name"):
        admin.profile()


def test_logon_without_a_name_takes_the_default_profile(admin: ProfileAdmin) -> None:
    write(admin, "home")
    admin.set_default("home")
    with msgcore.logon(admin=admin) as session:
        assert session.profile_name == "home"


def test_of_two_that_make_one_profile_at_a_time_one_is_refused(tmp_path: Path) -> None:
    """Each looks and writes while the other one waits."""
    admin = ProfileAdmin(tmp_path)

    def create(number: int) -> str:
        try:
            admin.create("work", [{"service": "personal-folders", "path": f"/{number}.db"}])
        except UsageError:
            return ""
        return f"/{number}.db"

    with ThreadPoolExecutor(8) as threads:
        made = [path for path in threads.map(create, range(8)) if path]

    assert [admin.profile("work").services[0].values["path"]] == made


def test_a_change_waits_for_the_one_that_is_under_way(admin: ProfileAdmin) -> None:
    with ThreadPoolExecutor(1) as threads:
        with locked(admin.folder):
            copying = threads.submit(lambda: admin.copy("work", "home"))
            before = admin.names()
        copying.result()

    assert (before, admin.names()) == (("work",), ("home", "work"))


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX")
def test_a_profile_that_is_a_link_stays_one(admin: ProfileAdmin, tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = (admin.folder / "work.toml").rename(tmp_path / "dotfiles" / "work.toml")
    (admin.folder / "work.toml").symlink_to(real)

    admin.services("work").configure("personal-folders", {"display_name": "Mail"})

    assert ((admin.folder / "work.toml").is_symlink(), 'display_name = "Mail"' in real.read_text()) == (True, True)


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"Not a directory|cannot find"):
        ProfileAdmin(tmp_path / "file" / "profiles").create("work", [])
    with pytest.raises(ProfileError, match=r"work\.toml: cannot be read: Not a directory|no such profile"):
        ProfileAdmin(tmp_path / "file" / "profiles").profile("work")


# In use


def test_a_session_keeps_what_it_logged_on_with(admin: ProfileAdmin) -> None:
    with msgcore.logon("work", admin=admin) as session:
        admin.services("work").rename("personal-folders", "archive")
        old = session.store("personal-folders").uid
        with msgcore.logon("work", admin=admin) as second:
            assert (session.profile_name, second.store("archive").uid) == ("work", old)


def test_a_profile_that_is_in_use_may_be_renamed_and_deleted(admin: ProfileAdmin) -> None:
    with msgcore.logon("work", admin=admin) as session:
        admin.rename("work", "home")
        admin.delete("home")
        assert [item.subject for item in session.inbox.messages()] == []
    with pytest.raises(ProfileError, match="no such profile"):
        msgcore.logon("work", admin=admin)


def test_an_edit_that_breaks_a_profile_in_use_is_for_the_next_logon(admin: ProfileAdmin) -> None:
    with msgcore.logon("work", admin=admin) as session:
        file = write(admin, "work", TEXT.replace("path", "paht"))
        with pytest.raises(ProfileError) as caught:
            msgcore.logon("work", admin=admin)
        assert session.inbox.count() == 0
    assert (caught.value.file, caught.value.line, caught.value.key) == (file, 4, "paht")
