"""A profile on another machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import MsgcoreError, NotSupported, ProfileError, UsageError
from msgcore.profile import ProfileAdmin
from msgcore.profile.draft import Draft
from msgcore.profile.portable import export_of, import_of
from msgcore.profile.profile import check_profile
from tests.profile.accounts import ACCOUNT


def written(folder: Path, text: str) -> ProfileAdmin:
    folder.mkdir(exist_ok=True)
    file = folder / "work.toml"
    file.write_text(text)
    file.chmod(0o600)
    return ProfileAdmin(folder)


TEXT = """\
# Mine.
[[services]]
service = "internet-mail"
email = "ann@a.test"
smtp = "smtps://mail.a.test"
user = "ann"
password = "file:{here}/pw"   # of the account
ca_file = "/etc/ca.pem"
proxy = "socks5://ann@p.test:1080"
proxy_password = "env:MSGCORE_NO_SUCH"
[[services]]
service = "personal-folders"
path = "{here}/archive.db"
[[services]]
service = "organization"
url = "sqlite:///{here}/athena.db"
mailbox = "ann"
"""


def test_paths_in_the_folder_become_relative_and_the_others_are_told(tmp_path: Path) -> None:
    exported = written(tmp_path, TEXT.format(here=tmp_path)).export_profile("work")

    assert exported.text == TEXT.format(here=".").replace("./", "")
    assert str(exported) == (
        "profile 'work' needs:\n"
        "  internet-mail: password: file:pw\n"
        "  internet-mail: proxy_password: env:MSGCORE_NO_SUCH\n"
        "  internet-mail: ca_file: /etc/ca.pem"
    )


def test_an_import_says_what_is_missing(tmp_path: Path) -> None:
    exported = written(tmp_path / "there", TEXT.format(here=tmp_path / "there")).export_profile("work")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "pw").write_text("hunter2")
    (tmp_path / "here" / "pw").chmod(0o600)
    admin = ProfileAdmin(tmp_path / "here")

    imported = admin.import_profile("work", exported.text.replace("/etc/ca.pem", "/no/such/ca.pem"))

    assert [(one.key, one.problem) for one in imported.missing] == [
        ("proxy_password", "the environment has no variable MSGCORE_NO_SUCH; set it for this program"),
        ("ca_file", "is not there"),
        ("path", "is not there"),
        ("url", "is not there"),
    ]
    assert imported.file.stat().st_mode & 0o777 == 0o600
    assert admin.profile("work").services[1].config().path == tmp_path / "here" / "archive.db"


@pytest.mark.parametrize(
    ("text", "kind", "problem"),
    [
        ("[[services]]\nservice = ", ProfileError, "is no TOML"),
        ("x = 1\n", ProfileError, "x: no such key"),
        ('[[services]]\nservice = "internet-male"\n', ProfileError, "internet-male"),
        ("# " * (1024 * 512 + 1), ProfileError, "would be larger than"),
    ],
)
def test_what_is_no_profile_is_not_imported(tmp_path: Path, text: str, kind: type[MsgcoreError], problem: str) -> None:
    admin = ProfileAdmin(tmp_path)
    with pytest.raises((kind, NotSupported), match=problem):
        admin.import_profile("work", text)
    assert admin.names() == ()


def test_an_import_does_not_replace_unless_it_is_to(tmp_path: Path) -> None:
    admin = written(tmp_path, "")
    with pytest.raises(UsageError, match="exists already"):
        admin.import_profile("work", "# other\n")
    admin.import_profile("work", "# other\n", replace=True)
    assert (tmp_path / "work.toml").read_text() == "# other\n"


def test_what_nobody_can_tell_to_be_no_secret_is_not_exported(tmp_path: Path) -> None:
    admin = written(tmp_path, '[[services]]\nservice = "not-installed"\npassword = "hunter2"\n')
    with pytest.raises(ProfileError, match="not-installed"):
        admin.export_profile("work")


PATHS = st.text("abc /.~'\"#", min_size=1, max_size=6).filter(lambda path: not str(Path(path)).startswith("~"))
FOLDERS = st.sampled_from(["", "/old/", "/old/deep/", "/older/"])


@given(st.lists(st.tuples(FOLDERS, PATHS), max_size=3))
def test_a_profile_means_the_same_in_its_new_folder(paths: list[tuple[str, str]]) -> None:
    old, new = Path("/old/work.toml"), Path("/new/home.toml")
    draft = Draft("# Mine.\n", old)
    for number, (folder, path) in enumerate(paths):
        draft.add({**ACCOUNT, "name": str(number), "password": f"file:{folder}{path}", "ca_file": folder + path})

    exported = export_of("work", old, draft.text)
    imported = import_of("home", new, exported.text)

    before, after = files(old, draft.text), files(new, exported.text)
    assert after == [moved(path) for path in before]
    assert len(imported.secrets) == len(imported.paths) == len(paths)
    assert exported.text.startswith("# Mine.\n")


def test_a_name_that_begins_as_a_home_does_is_a_file_s_where_a_folder_is_ahead_of_it() -> None:
    old = Path("/old/work.toml")
    draft = Draft("", old)
    draft.add({**ACCOUNT, "password": "file:./~ann", "ca_file": "./~"})
    exported = export_of("work", old, draft.text)
    assert files(Path("/new/work.toml"), exported.text) == [Path("/new/~"), Path("/new/~ann")]


def files(profile: Path, text: str) -> list[Path]:
    """List the files that services of a profile name, as they are found from its folder."""
    values = [entry.values for entry in check_profile(Draft(text, profile).located, profile).services]
    given = [(one["ca_file"], str(one["password"]).removeprefix("file:")) for one in values]
    return [profile.parent / str(path) for pair in given for path in pair]


def moved(path: Path) -> Path:
    """Say where a file is in the new folder; a name that would mean a home stays where it is."""
    inside = path.is_relative_to("/old") and not str(path.relative_to("/old")).startswith("~")
    return Path("/new") / path.relative_to("/old") if inside else path
