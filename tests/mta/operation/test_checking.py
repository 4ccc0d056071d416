"""``--check``, and what keeps an MTA from its start."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import msgcore
from msgcore.cli.main import run
from msgcore.errors import UsageError
from msgcore.mta import ReportSettings
from msgcore.mta.operation.privileges import find_user
from tests.mta.operation.service import configuration
from tests.servers import Authority


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mta.toml"


def checked(file: Path, text: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    file.write_text(text)
    status = run(["mta", str(file), "--check"])
    return status, capsys.readouterr().out


def test_a_configuration_that_is_right_is_called_so_and_nothing_is_made(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = checked(file, configuration("sqlite:///athena.db", 25), capsys)

    assert (status, said.splitlines()[-1]) == (0, f"{file}: nothing is wrong")
    assert [one.name for one in file.parent.iterdir()] == ["mta.toml"]


def test_all_that_is_wrong_is_told_at_once(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = configuration("sqlite:///none.db", 25, more='user = "nobody-of-that-name"').replace("create = true", "")
    text = text.replace('relay = "smtp://127.0.0.1:25"', 'relay = "smtp://mx.b.test:25"').replace(
        "port = 0", "port = 25"
    )
    text = text.replace("may_relay", 'certificate_file = "mx.pem"\nkey_file = "mx.key"\nmay_relay')
    status, said = checked(file, text, capsys)

    errors = [line.partition(": ")[2] for line in said.splitlines() if line.startswith("error: ")]
    assert status == 1
    assert [one.partition(":")[0] for one in errors] == [
        *["routes"] * (len(errors) - 3),
        "smtp 127.0.0.1",
        "workers",
        "organization",
    ]
    assert "relays to" in said
    assert "with create = true it is made" in said


def test_a_connector_by_which_mail_comes_has_to_be_there(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [configuration("sqlite:///a.db", 25, listen=f'arrives_by = "{name}"') for name in ("out", "Out")]
    said = [checked(file, text, capsys)[1] for text in texts]

    assert ["arrives_by: there is no connector 'Out'" in one for one in said] == [False, True]


def test_secrets_of_connectors_that_are_not_there_are_noted(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MSGCORE_SET", "secret")
    (file.parent / "there.secret").write_text("secret")
    (file.parent / "there.secret").chmod(0o600)

    def noted(reference: str) -> list[str]:
        text = configuration("sqlite:///athena.db", 25).replace(
            'relay = "smtp://', f'user = "ann", password = "{reference}", relay = "smtp://'
        )
        status, said = checked(file, text, capsys)
        assert status == 0
        return [line for line in said.splitlines() if line.startswith("note: routes: out: ")]

    (unset,) = noted("env:MSGCORE_NOT_SET")
    (missing,) = noted("file:none.secret")
    assert "env:MSGCORE_NOT_SET: the environment has no variable MSGCORE_NOT_SET" in unset
    assert "none.secret: No such file or directory" in missing
    assert [noted(one) for one in ("env:MSGCORE_SET", "file:there.secret", "keyring:relay/ann")] == [[], [], []]


@pytest.mark.parametrize(("more", "missing"), [("", []), ("[outbound]\n", ["outbound", "names"])])
def test_extras_without_which_policies_of_others_are_not_kept_to_are_named(
    more: str, missing: list[str], file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_: str) -> None: ...

    monkeypatch.setattr("msgcore.mta.operation.checking.find_spec", nothing)
    status, said = checked(file, configuration("sqlite:///athena.db", 25) + more, capsys)

    notes = [line.split(": ")[1] for line in said.splitlines() if "needs an extra" in line]
    assert (status, notes) == (0, missing)


def test_names_that_cannot_be_asked_for_as_told_are_wrong(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = '[names]\nname_servers = ["127.0.0.1:1"]\ntrust_anchors = "none.key"\n'
    status, said = checked(file, configuration("sqlite:///athena.db", 25) + more, capsys)

    assert (status, "error: names: " in said, "none.key" in said) == (1, True, True)


def test_authorities_that_cannot_be_read_are_wrong(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = '[outbound]\nca_file = "none.pem"\n'
    status, said = checked(file, configuration("sqlite:///athena.db", 25) + more, capsys)

    assert (status, "error: outbound: " in said, "none.pem" in said) == (1, True, True)


def test_certificates_and_the_database_are_looked_at(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{file.parent / 'athena.db'}"
    msgcore.open_organization(url, create=True).close()
    with Authority() as authority:
        told: list[tuple[int, str]] = []
        more = '[reports]\npostmaster = "SMTP:pm@c.test"\n'
        for name in ("mx.b.test", "mx.other.test"):
            pair = authority.issue(name)
            listen = f'certificate_file = "{pair.certificate}"\nkey_file = "{pair.key}"'
            told.append(checked(file, configuration(url, 25, listen=listen, more=more), capsys))

    right, wrong = told
    assert right == (0, f"{file}: nothing is wrong\n")
    assert (wrong[0], "is for mx.other.test, and not for mx.b.test, as which it greets\n" in wrong[1]) == (0, True)


@pytest.fixture
def url(file: Path) -> str:
    """An organisation with Ann's mailbox."""
    url = f"sqlite:///{file.parent / 'athena.db'}"
    with msgcore.open_organization(url, create=True) as organization:
        organization.add_mailbox("ann", addresses=["ann@a.test", "ann@b.test"])
    return url


@pytest.mark.parametrize(
    ("postmaster", "missing"),
    [
        ("", "a.test, b.test, mx.b.test"),
        ("ann@a.test", ""),
        ("ann+pm@b.test", ""),
        ("nan+pm@b.test", "a.test, b.test, mx.b.test"),
        ("pm@elsewhere.test", ""),
        ("postmaster@b.test", "a.test, b.test, mx.b.test"),
        ("postmaster@mx.b.test", "mx.b.test"),
    ],
)
def test_a_domain_of_which_nobody_is_postmaster_is_named(
    postmaster: str, missing: str, file: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    more = f'[reports]\npostmaster = "SMTP:{postmaster}"\n' if postmaster else ""
    _, said = checked(file, configuration(url, 25, more=more), capsys)

    assert [
        line.partition(" at ")[2].partition(", and mail")[0] for line in said.splitlines() if "postmaster" in line
    ] == ([missing] if missing else [])


def test_a_postmaster_who_was_somebody_by_the_reports_from_before_is_nobody(
    file: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with msgcore.open_organization(url) as organization:
        organization.set_reports(ReportSettings("mx.b.test", postmaster="ann@a.test"))
    more = '[reports]\npostmaster = "SMTP:postmaster@b.test"\n'

    assert (
        "nobody is postmaster at a.test, b.test, mx.b.test"
        in checked(file, configuration(url, 25, more=more), capsys)[1]
    )


def test_the_host_of_a_listener_that_reports_do_not_come_from_has_no_postmaster(
    file: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bare ``postmaster`` is the listener's, and the organisation knows the host of its reports only."""
    more = '[reports]\nhost = "mail.c.test"\npostmaster = "SMTP:ann@a.test"\n'
    _, said = checked(file, configuration(url, 25, more=more), capsys)

    assert "note: reports: nobody is postmaster at mx.b.test, " in said


def test_where_nothing_is_yet_somebody_has_to_be_postmaster(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nobody is postmaster at mx.b.test, " in checked(file, configuration("sqlite:///none.db", 25), capsys)[1]


def test_an_own_domain_whose_slips_leave_the_house_is_named(
    file: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """That of b.test is closed by a connector of its own."""
    _, said = checked(file, configuration(url, 25), capsys)

    [line] = [line for line in said.splitlines() if "nobody's address" in line]
    assert line.startswith("note: routes: mail for nobody's address at a.test leaves by 'out', ")


def test_slips_that_the_mailboxes_refuse_do_not_leave_the_house(
    file: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = configuration(url, 25).replace('pattern = "*"', 'pattern = "*@c.test"').replace('"*@b.test"', '"*"')

    assert "nobody's address" not in checked(file, text, capsys)[1]


def test_a_fault_of_the_file_is_told_and_the_set_up_has_to_change(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("[node]\nhost = 1\n")
    status = run(["mta", str(file)])

    assert (status, capsys.readouterr().err) == (4, f"msgcore: {file}: organization.url: has to be given\n")


def test_a_port_that_is_taken_ends_it_before_anything_is_made(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        file.write_text(configuration("sqlite:///athena.db", 25).replace("port = 0", f"port = {port}"))
        status = run(["mta", str(file)])

    assert (status, "cannot listen" in capsys.readouterr().err) == (4, True)
    assert [one.name for one in file.parent.iterdir()] == ["mta.toml"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may become another user")
def test_root_becomes_another_user_for_good() -> None:
    program = (
        "import os; from msgcore.mta.operation.privileges import become, find_user\n"
        "for _ in range(2): become(find_user('nobody'))\n"
        "print(os.getresuid(), os.getresgid())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    user = find_user("nobody")
    assert done.stdout == f"{(user.number,) * 3} {(user.group,) * 3}\n"


@pytest.mark.parametrize(("name", "group"), [("nobody-of-that-name", ""), ("root", "nobody-of-that-name")])
def test_a_user_or_group_that_is_not_there_is_named(name: str, group: str) -> None:
    with pytest.raises(UsageError, match="nobody-of-that-name"):
        find_user(name, group)
