"""The service ``pop3`` at work with Dovecot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import AuthenticationRefused, MaildropInUse, MsgcoreError, TlsFailed
from msgcore.providers.pop3 import Pop3Maildrop, Pop3Service
from msgcore.runtime.abc import Runtime
from msgcore.spi.config import build_config
from msgcore.spi.retrieval import Waiting
from msgcore.testing.modes import Mode
from msgcore.testing.secrecy import forms_in, shown_by
from msgcore.wire.sasl import CramMd5, Credentials, Login, Mechanism, Plain, Scram
from tests.servers import PASSWORDS, Authority, Dovecot, SmtpSink

pytestmark = pytest.mark.interop

T = TypeVar("T")

Story = Callable[[Pop3Maildrop, Deadline], Awaitable[T]]

WRONG_PASSWORD = "correct horse battery"
LETTERS = [b"From: bob@example.test\r\nSubject: %d\r\n\r\nHello\r\n.\r\n..\r\n" % number for number in range(1, 6)]


def scram(who: Credentials) -> Mechanism:
    assert who.password is not None
    return Scram("SCRAM-SHA-256", who.user, who.password)


def plain(who: Credentials) -> Mechanism:
    assert who.password is not None
    return Plain(who.user, who.password)


def login(who: Credentials) -> Mechanism:
    assert who.password is not None
    return Login(who.user, who.password)


def cram_md5(who: Credentials) -> Mechanism:
    assert who.password is not None
    return CramMd5(who.user, who.password)


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode = request.param
    assert isinstance(mode, Mode)
    return mode


@pytest.fixture
def maildrop(dovecot: Dovecot) -> Dovecot:
    """A Dovecot whose user alice has the five letters."""
    dovecot.empty("alice")
    dovecot.put("alice", LETTERS)
    return dovecot


@pytest.fixture(scope="module")
def locking(authority: Authority, smtp_sink: SmtpSink) -> Iterator[Dovecot]:
    """A Dovecot that lets nobody in beside another one: it waits for ten seconds first, and no setting changes that."""
    with Dovecot(authority, smtp_sink, "pop3_lock_session = yes") as server:
        yield server


def service(dovecot: Dovecot, authority: Authority, runtime: Runtime, **options: object) -> Pop3Service:
    values: dict[str, object] = {
        "url": f"pop3s://localhost:{dovecot.pop3s}", "user": "alice", "password": PASSWORDS["alice"],
        "ca_file": authority.ca_file, **options,
    }  # fmt: skip
    return Pop3Service(build_config(Pop3Service.config_type, values, folder=Path(), secret=Secret), runtime)


def at_work(mode: Mode, dovecot: Dovecot, authority: Authority, story: Story[T], **options: object) -> T:
    """Open a maildrop, let the story happen, and close it."""

    async def main(runtime: Runtime) -> T:
        opened = service(dovecot, authority, runtime, **options)
        try:
            return await story(await opened.open_maildrop(runtime.deadline(30)), runtime.deadline(30))
        finally:
            await opened.close()

    return mode.run(main)


async def _listing(maildrop: Pop3Maildrop, deadline: Deadline) -> Sequence[Waiting]:
    return await maildrop.list(deadline)


async def _three_and_two(maildrop: Pop3Maildrop, deadline: Deadline) -> list[bytes]:
    """Retrieve three of five, delete two of them, and end the session."""
    waiting = await maildrop.list(deadline)
    found = [one.octets for one in await maildrop.retrieve(waiting[:3], deadline)]
    await maildrop.delete(waiting[:2], deadline)
    await maildrop.commit(deadline)
    return found


def url(scheme: str, dovecot: Dovecot) -> str:
    return f"{scheme}://localhost:{dovecot.pop3s if scheme == 'pop3s' else dovecot.pop3}"


@pytest.mark.parametrize("scheme", ["pop3", "pop3+starttls", "pop3s"])
def test_three_of_five_are_retrieved_and_two_deleted(
    scheme: str, mode: Mode, maildrop: Dovecot, authority: Authority
) -> None:
    found = at_work(mode, maildrop, authority, _three_and_two, url=url(scheme, maildrop))

    assert (found, maildrop.waiting("alice")) == (LETTERS[:3], LETTERS[2:])


def test_unique_ids_stay_the_same_in_the_next_session(mode: Mode, maildrop: Dovecot, authority: Authority) -> None:
    first = at_work(mode, maildrop, authority, _listing)
    at_work(mode, maildrop, authority, _three_and_two)
    second = at_work(mode, maildrop, authority, _listing)

    assert [one.unique_id for one in second] == [one.unique_id for one in first[2:]]


def test_headers_are_those_of_the_messages(mode: Mode, maildrop: Dovecot, authority: Authority) -> None:
    async def story(opened: Pop3Maildrop, deadline: Deadline) -> list[bytes]:
        return [one.octets for one in await opened.headers(await opened.list(deadline), deadline)]

    headers = [letter.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" for letter in LETTERS]
    assert at_work(mode, maildrop, authority, story) == headers


def test_a_session_that_is_closed_deletes_nothing(mode: Mode, maildrop: Dovecot, authority: Authority) -> None:
    async def story(opened: Pop3Maildrop, deadline: Deadline) -> None:
        await opened.delete(await opened.list(deadline), deadline)

    at_work(mode, maildrop, authority, story)
    assert maildrop.waiting("alice") == LETTERS


@pytest.mark.parametrize("mechanism", [plain, login, cram_md5, scram])
def test_every_mechanism_that_dovecot_offers_opens_the_maildrop(
    mechanism: Callable[[Credentials], Mechanism], mode: Mode, maildrop: Dovecot, authority: Authority
) -> None:
    assert len(at_work(mode, maildrop, authority, _listing, mechanism=mechanism)) == 5


def test_a_wrong_password_is_refused_and_shown_nowhere(mode: Mode, maildrop: Dovecot, authority: Authority) -> None:
    with pytest.raises(AuthenticationRefused) as caught:
        at_work(mode, maildrop, authority, _listing, password=WRONG_PASSWORD)
    assert forms_in(shown_by(caught.value), WRONG_PASSWORD) == []


def test_a_certificate_that_is_not_trusted_ends_it_before_the_login(
    mode: Mode, maildrop: Dovecot, authority: Authority
) -> None:
    with pytest.raises(TlsFailed):
        at_work(mode, maildrop, authority, _listing, ca_file=None, url=url("pop3", maildrop))


@pytest.mark.soak
def test_a_maildrop_that_somebody_has_open_is_in_use(mode: Mode, locking: Dovecot, authority: Authority) -> None:
    async def main(runtime: Runtime) -> MsgcoreError | None:
        first, second = (service(locking, authority, runtime) for _ in range(2))
        await first.open_maildrop(runtime.deadline(30))
        try:
            await second.open_maildrop(runtime.deadline(30))
        except MsgcoreError as error:
            return error
        finally:
            await first.close()
            await second.close()
        return None

    assert isinstance(mode.run(main), MaildropInUse)
