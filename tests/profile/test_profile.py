"""Profiles: written privately, read with every fault named by file, line and key."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from msgcore.errors import ProfileError, SetupError, UsageError
from msgcore.profile import Profile, ProfileAdmin
from msgcore.profile.toml import read_profile_text, write_profile_text

GOOD = """\
# An account.
[[services]]
service = "internet-mail"
email = "ann@a.test"
smtp = "smtp+starttls://mail.a.test:587"
user = "ann"
password = "env:MSGCORE_TEST_PASSWORD"

[[services]]
service = "personal-folders"
path = "archive.db"
"""


def written(folder: Path, text: str, mode: int = 0o600) -> ProfileAdmin:
    file = folder / "work.toml"
    file.write_text(text)
    file.chmod(mode)
    return ProfileAdmin(folder)


def test_a_profile_is_read_with_its_services_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSGCORE_TEST_PASSWORD", "hunter2")

    profile = written(tmp_path, GOOD).profile("work")

    assert [entry.service for entry in profile.services] == ["internet-mail", "personal-folders"]
    assert profile.services[0].config().password.reveal() == "hunter2"
    assert profile.services[1].config().path == tmp_path / "archive.db"
    assert "hunter2" not in repr(profile)


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ('email = "ann@a.test"', 'emial = "ann@a.test"', 4, "emial"),
        ('"smtp+starttls://mail.a.test:587"', '"smtp+starttls://mail.a.test:587/x"', 5, "smtp"),
        ('"smtp+starttls://mail.a.test:587"', '"smtp://ann:pw@mail.a.test"', 5, "smtp"),
        ('"smtp+starttls://mail.a.test:587"', "587", 5, "smtp"),
        ('password = "env:MSGCORE_TEST_PASSWORD"', 'password = "hunter2"', 7, "password"),
        ('path = "archive.db"', "", 9, "path"),
        ('service = "personal-folders"', 'name = 5\nservice = "personal-folders"', 10, "name"),
        ("# An account.", "colour = 1", 1, "colour"),
        ("# An account.", "spooler = 5", 1, "spooler"),
        ("# An account.", 'spooler = { lifetime = "a week" }', 1, "spooler"),
        ("# An account.", 'spooler = { shortest = "2h" }', 1, "spooler"),
        ("# An account.", 'spooler = { shortest = "9999999d", longest = "9999999d" }', 1, "spooler"),
        ("# An account.", "spooler = { lifetmie = 1 }", 1, "spooler"),
    ],
)
def test_a_fault_is_named_by_file_line_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, line: int, key: str
) -> None:
    monkeypatch.setenv("MSGCORE_TEST_PASSWORD", "hunter2")
    assert old in GOOD
    admin = written(tmp_path, GOOD.replace(old, new))

    with pytest.raises(ProfileError) as caught:
        admin.profile("work")

    assert (caught.value.file, caught.value.line, caught.value.key) == (tmp_path / "work.toml", line, key)
    assert f"work.toml:{line}" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_broken_toml_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"work\.toml:2"):
        written(tmp_path, "[[services]]\nservice = \n").profile("work")


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604])
def test_a_profile_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ProfileError, match="chmod 600"):
        written(tmp_path, GOOD, mode).profile("work")


def test_a_missing_secret_names_its_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MSGCORE_TEST_PASSWORD", raising=False)
    """The profile is good all the same: its other services do not wait for the secret."""
    profile = written(tmp_path, GOOD).profile("work")
    with pytest.raises(SetupError, match="env:MSGCORE_TEST_PASSWORD"):
        profile.services[0].config()
    assert profile.services[1].config().path == tmp_path / "archive.db"


def test_a_secret_may_lie_in_a_file_beside_the_profile(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("hunter2\n")
    (tmp_path / "pw").chmod(0o600)
    profile = written(tmp_path, GOOD.replace("env:MSGCORE_TEST_PASSWORD", "file:pw")).profile("work")
    assert profile.services[0].config().password.reveal() == "hunter2"


def test_a_secret_that_is_missing_is_named_with_its_place_once(tmp_path: Path) -> None:
    profile = written(tmp_path, GOOD.replace("env:MSGCORE_TEST_PASSWORD", "file:pw")).profile("work")
    with pytest.raises(SetupError) as caught:
        profile.services[0].config()

    assert str(caught.value) == (
        f"internet-mail: password: file:pw: {tmp_path / 'pw'}: No such file or directory; "
        "write the secret into that file"
    )


def test_an_account_may_name_a_server_for_incoming_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSGCORE_TEST_PASSWORD", "hunter2")
    more = 'user = "ann"\npop3 = "pop3s://mail.a.test"\nleave_on_server = true\nremove_after_days = 14'

    profile = written(tmp_path, GOOD.replace('user = "ann"', more)).profile("work")

    config = profile.services[0].config()
    assert (str(config.pop3), config.policy.remove_after_days) == ("pop3s://mail.a.test:995", 14)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("leave_on_server = true", "pop3: is missing; without it no mail is retrieved by leave_on_server"),
        ('pop3 = "pop3s://mail.a.test"\nkeep_at_most = 5', "keep_at_most goes with leave_on_server = true"),
        ('pop3 = "imaps://mail.a.test"', "need a URL with one of the schemes pop3, pop3\\+starttls, pop3s"),
    ],
)
def test_what_does_not_go_together_is_a_fault_of_the_profile(tmp_path: Path, more: str, problem: str) -> None:
    with pytest.raises(ProfileError, match=rf"work\.toml:.*{problem}"):
        written(tmp_path, GOOD.replace('user = "ann"', f'user = "ann"\n{more}')).profile("work")


def test_a_service_that_is_not_installed_is_named_by_file_and_line(tmp_path: Path) -> None:
    """The profile is good all the same: its other services can be used."""
    profile = written(tmp_path, GOOD.replace('"internet-mail"', '"internet-male"')).profile("work")

    with pytest.raises(ProfileError, match=r"work\.toml:3.*'internet-male'"):
        profile.services[0].found()
    assert profile.services[1].config().path == tmp_path / "archive.db"


def test_a_profile_is_not_made_of_services_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="internet-male"):
        ProfileAdmin(tmp_path).create("work", services=[{"service": "internet-male"}])
    assert list(tmp_path.iterdir()) == []


def test_create_writes_absolute_paths_privately(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    admin = ProfileAdmin(tmp_path / "profiles")

    admin.create("work", services=[{"service": "personal-folders", "path": "archive.db"}])

    file = tmp_path / "profiles" / "work.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert f'path = "{tmp_path / "archive.db"}"' in file.read_text()
    assert admin.names() == ("work",)
    assert admin.profile("work").services[0].config().path == tmp_path / "archive.db"


def test_create_writes_nothing_when_a_value_is_bad(tmp_path: Path) -> None:
    admin = ProfileAdmin(tmp_path)
    with pytest.raises(ProfileError, match="colour"):
        admin.create("work", services=[{"service": "personal-folders", "path": "x", "colour": "red"}])
    assert list(tmp_path.iterdir()) == []


def test_create_does_not_look_at_secrets_but_refuses_a_plain_one(tmp_path: Path) -> None:
    admin = ProfileAdmin(tmp_path)
    service = {"service": "internet-mail", "email": "a@a.test", "smtp": "smtps://a.test", "user": "a"}
    with pytest.raises(ProfileError, match="by reference") as caught:
        admin.create("work", services=[{**service, "password": "hunter2"}])
    assert "hunter2" not in str(caught.value)


def test_a_taken_name_is_kept(tmp_path: Path) -> None:
    admin = ProfileAdmin(tmp_path)
    services = [{"service": "personal-folders", "path": "archive.db"}]
    admin.create("work", services=services)
    with pytest.raises(UsageError, match="exists already"):
        admin.create("work", services=services)
    admin.delete("work")
    with pytest.raises(ProfileError, match="no such profile"):
        admin.delete("work")


@pytest.mark.parametrize("name", ["", " work", "../work", "a/b", "x" * 65, ".hidden", "a\nb"])
def test_a_name_never_leaves_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="name"):
        ProfileAdmin(tmp_path).profile(name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=10),
        st.one_of(st.text(max_size=30), st.integers(-(2**60), 2**60), st.booleans(), st.lists(st.text(max_size=5))),
        max_size=5,
    )
)
def test_any_table_survives_being_written(tmp_path: Path, table: dict[str, object]) -> None:
    clean = {key: value for key, value in table.items() if "\ud800" not in key}
    text = write_profile_text({}, [clean])
    assert read_profile_text(text, tmp_path).data["services"] == [clean]


def test_inherited_paths_of_a_configuration_become_absolute_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    service = {"service": "internet-mail", "email": "a@a.test", "smtp": "smtps://a.test", "ca_file": "ca.pem"}

    file = ProfileAdmin(tmp_path / "profiles").create("work", services=[service])

    assert f'ca_file = "{tmp_path / "ca.pem"}"' in file.read_text()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("smtp", "smtp://[::1"),
        ("ca_file", "~no-such-user-here/ca.pem"),
        ("ca_file", "a\0b"),
        ("email", "nonsense"),
        ("email", "a b@c.test"),
    ],
)
def test_a_value_that_python_itself_refuses_is_a_profile_error(tmp_path: Path, key: str, value: str) -> None:
    service = {"service": "internet-mail", "email": "a@a.test", "smtp": "smtps://a.test", key: value}
    with pytest.raises(ProfileError):
        ProfileAdmin(tmp_path).create("work", services=[service])


def test_one_table_and_one_name_are_no_lists() -> None:
    smtp = {"service": "smtp", "url": "smtp://a.test"}
    with pytest.raises(UsageError, match="one for each service"):
        Profile.of("work", smtp)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="one for each service"):
        Profile.of("work", ["smtp://a.test"])  # type: ignore[list-item]
    with pytest.raises(ProfileError, match="need a list of names"):
        Profile.of("work", [smtp], transport_order="smtp")


def test_a_byte_order_mark_is_named(tmp_path: Path) -> None:
    """Some editors write it, and nobody sees it."""
    with pytest.raises(ProfileError, match="byte order mark; save it as UTF-8 without one"):
        written(tmp_path, "\ufeff" + GOOD).profile("work")
