"""Organisations and stores on a server that asks for a password, which is given beside the URL."""

from __future__ import annotations

from pathlib import Path

import pytest

import msgcore
from msgcore import ProfileAdmin
from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused, UsageError
from msgcore.mta.organization import open_organization
from msgcore.runtime import BlockingRuntime
from tests.mta.places import namespace_of
from tests.servers import Postgresql

pytestmark = pytest.mark.interop


@pytest.fixture
def url(postgresql: Postgresql, tmp_path: Path) -> str:
    place = namespace_of(postgresql, tmp_path)
    return f"postgresql://guarded@{place.host}:{place.port}/{place.dbname}?namespace={place.namespace}"


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MTA_TEST_DB_PW", "secret")
    return "env:MTA_TEST_DB_PW"


def made(url: str, password: str | Secret | None) -> list[str]:
    """Make an organisation with one mailbox, and give the names of its mailboxes."""
    runtime = BlockingRuntime()
    office = runtime.run(open_organization(url, runtime, password=password, create=True))
    runtime.run(office.add_mailbox("ann"))
    names = [one.name for one in runtime.run(office.mailboxes())]
    runtime.run(office.close())
    return names


def test_an_organisation_is_opened_with_the_password_of_a_reference(url: str, reference: str) -> None:
    assert made(url, reference) == ["ann"]


def test_an_organisation_is_opened_with_a_secret(url: str) -> None:
    assert made(url, Secret("secret")) == ["ann"]


def test_a_profile_names_the_password_of_an_organisation(url: str, reference: str, tmp_path: Path) -> None:
    made(url, reference)
    admin = ProfileAdmin(tmp_path / "profiles")
    entry = {"service": "organization", "url": url, "mailbox": "ann", "password": reference}
    admin.create("work", [entry])

    with msgcore.logon("work", admin=admin) as session:
        assert list(session.inbox.messages()) == []


def test_a_store_is_opened_with_the_password_of_a_reference(url: str, reference: str) -> None:
    with msgcore.open_store(url, password=reference) as store:
        assert list(store.inbox.messages()) == []


def test_the_short_scheme_opens_the_same_store(url: str, reference: str) -> None:
    with msgcore.open_store(url, password=reference) as store:
        made_by = store.inbox.entry_id
    with msgcore.open_store(url.replace("postgresql:", "postgres:"), password=reference) as store:
        assert store.inbox.entry_id == made_by


@pytest.mark.parametrize("password", [None, Secret("hunter2")])
def test_a_wrong_password_is_refused(url: str, password: Secret | None) -> None:
    with pytest.raises(AuthenticationRefused):
        made(url, password)


def test_a_wrong_password_is_not_shown(url: str) -> None:
    with pytest.raises(AuthenticationRefused) as refusal:
        made(url, Secret("hunter2"))
    assert "hunter2" not in str(refusal.value)


def test_a_password_itself_is_no_reference(url: str) -> None:
    with pytest.raises(UsageError) as refusal:
        made(url, "hunter2")
    assert "hunter2" not in str(refusal.value)
