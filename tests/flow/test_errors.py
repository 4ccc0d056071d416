"""What goes wrong at the server gives an error of its own kind, which names host and service, and never a secret."""

from __future__ import annotations

import base64
import pickle
import threading
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

from msgcore import Accepted, Deferred, DeliveryRequest, Message, ProfileAdmin, Refused, Submission, Unknown
from msgcore.blocking.session import Session
from msgcore.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    ConnectionLost,
    MsgcoreError,
    NameNotResolved,
    NotAccepted,
    ProtocolBroken,
    SetupError,
    TimedOut,
    TlsFailed,
    TlsRequired,
    UsageError,
)
from msgcore.spi.outgoing_queue import OutgoingState
from msgcore.testing.servers import EVERY_EXTENSION, LoopbackSmtpServer
from tests.flow.folders import account, personal_folders, subjects
from tests.flow.modes import Api
from tests.flow.peers import Peer
from tests.servers import Authority, Postfix, SmtpSink
from tests.servers.server import free_ports

pytestmark = pytest.mark.interop

WRONG = "wr0ng-Pa55-word"


@pytest.fixture
def wrong_password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FLOW_WRONG_PASSWORD", WRONG)
    return "env:FLOW_WRONG_PASSWORD"


@attrs.frozen
class Trouble:
    """A server that something is wrong with, the error that it gives, and what the error's text has to name."""

    url: str
    error: type[MsgcoreError]
    names: tuple[str, ...]
    options: dict[str, str] = attrs.field(factory=dict[str, str])
    state: OutgoingState = OutgoingState.HELD
    """What becomes of a submission: held until somebody mends the set-up, or ready to be tried again."""
    timeout_seconds: float = 30.0


@pytest.fixture(scope="module")
def silent() -> Iterator[Peer]:
    with Peer(greeting=None) as peer:
        yield peer


@pytest.fixture(scope="module")
def gibberish() -> Iterator[Peer]:
    with Peer(greeting="HTTP/1.1 400 Bad Request") as peer:
        yield peer


@pytest.fixture(scope="module")
def elsewhere(authority: Authority) -> Iterator[Peer]:
    """A TLS server whose certificate is for another host."""
    with Peer(key_pair=authority.issue("elsewhere.test")) as peer:
        yield peer


@pytest.fixture(scope="module")
def strict(authority: Authority) -> Iterator[Peer]:
    """A TLS server that refuses every password, at once; Postfix takes half a second to."""
    replies = {"EHLO": "250-strict.test\r\n250 AUTH PLAIN LOGIN", "AUTH": "535 5.7.8 authentication failed"}
    with Peer(replies=replies, key_pair=authority.server) as peer:
        yield peer


@pytest.fixture
def troubles(
    postfix: Postfix,
    smtp_sink: SmtpSink,
    authority: Authority,
    silent: Peer,
    gibberish: Peer,
    elsewhere: Peer,
    strict: Peer,
    wrong_password: str,
) -> dict[str, Trouble]:
    ca = {"ca_file": str(authority.ca_file)}
    login = {"user": "alice", "password": wrong_password}
    submission, sink, (closed,) = postfix.submission, smtp_sink.port, free_ports(1)
    return {
        "wrong password": Trouble(
            strict.url, AuthenticationRefused, (f"smtp localhost:{strict.port}", "alice", "535"), ca | login
        ),
        "untrusted certificate": Trouble(
            f"smtp+starttls://localhost:{submission}",
            TlsFailed,
            (f"smtp localhost:{submission}", "certificate"),
            login,
        ),
        "certificate of another host": Trouble(
            elsewhere.url, TlsFailed, (f"smtp localhost:{elsewhere.port}", "certificate"), ca
        ),
        "no TLS where it starts": Trouble(
            f"smtps://localhost:{postfix.smtp}", TlsFailed, (f"smtp localhost:{postfix.smtp}",), ca
        ),
        "refused connection": Trouble(
            f"smtp://localhost:{closed}",
            ConnectionLost,
            (f"smtp localhost:{closed}", "refused"),
            state=OutgoingState.READY,
        ),
        "unknown host": Trouble(
            "smtp://mail.flow.invalid:25",
            NameNotResolved,
            ("smtp mail.flow.invalid:25", "no such host"),
            state=OutgoingState.READY,
        ),
        "STARTTLS not offered": Trouble(
            f"smtp+starttls://localhost:{sink}", TlsRequired, (f"smtp localhost:{sink}", "STARTTLS")
        ),
        "password without TLS": Trouble(
            f"smtp://localhost:{sink}", TlsRequired, (f"smtp localhost:{sink}", "STARTTLS"), login
        ),
        "silent server": Trouble(
            silent.url,
            TimedOut,
            (f"smtp localhost:{silent.port}",),
            state=OutgoingState.READY,
            timeout_seconds=1.5,
        ),
        "another protocol": Trouble(
            gibberish.url, ProtocolBroken, (f"smtp localhost:{gibberish.port}",), state=OutgoingState.READY
        ),
    }


KINDS = [
    "wrong password",
    "untrusted certificate",
    "certificate of another host",
    "no TLS where it starts",
    "refused connection",
    "unknown host",
    "STARTTLS not offered",
    "password without TLS",
    "silent server",
    "another protocol",
]
each_trouble = pytest.mark.parametrize("kind", KINDS)


def letter() -> Message:
    return Message(from_="alice@example.test", to="bob@example.test", subject="Hi", text="Hello")


def send(api: Api, trouble: Trouble) -> MsgcoreError:
    with pytest.raises(MsgcoreError) as caught:
        api.send(letter(), via=trouble.url, timeout_seconds=trouble.timeout_seconds, **paths(trouble.options))
    return caught.value


def paths(options: dict[str, str]) -> dict[str, Any]:
    return {key: Path(value) if key == "ca_file" else value for key, value in options.items()}


# Direct


@each_trouble
def test_each_trouble_has_an_error_of_its_own(api: Api, troubles: dict[str, Trouble], kind: str) -> None:
    assert type(send(api, troubles[kind])) is troubles[kind].error


@each_trouble
def test_the_error_names_host_and_service(api: Api, troubles: dict[str, Trouble], kind: str) -> None:
    text = str(send(api, troubles[kind]))

    assert [name for name in troubles[kind].names if name not in text] == [], text


@each_trouble
def test_no_secret_is_in_the_error_nor_its_traceback(
    api: Api, troubles: dict[str, Trouble], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)

    error = send(api, troubles[kind])

    shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert secrets_in(shown + repr(error) + caplog.text) == []


def test_postfix_refuses_a_wrong_password_with_the_same_error(
    api: Api, postfix: Postfix, authority: Authority, wrong_password: str
) -> None:
    options = {"ca_file": str(authority.ca_file), "user": "alice", "password": wrong_password}
    error = send(api, Trouble(f"smtp+starttls://localhost:{postfix.submission}", AuthenticationRefused, (), options))

    assert (type(error), f"smtp localhost:{postfix.submission}: AUTH SCRAM-SHA-256 as alice: 535" in str(error)) == (
        AuthenticationRefused,
        True,
    )


def test_a_connection_torn_while_the_password_is_checked_shows_no_secret(
    api: Api, authority: Authority, wrong_password: str
) -> None:
    offer = "250-peer.test\r\n250 AUTH PLAIN"
    with Peer(replies={"EHLO": offer}, tear_once="AUTH", key_pair=authority.server) as peer:
        options = {"ca_file": str(authority.ca_file), "user": "alice", "password": wrong_password}
        error = send(api, Trouble(peer.url, ConnectionLost, (), options))

    shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert (type(error), secrets_in(shown)) == (ConnectionLost, [])


def test_the_password_is_not_sent_to_a_server_without_tls(api: Api, wrong_password: str) -> None:
    with Peer(replies={"EHLO": "250-peer.test\r\n250 AUTH PLAIN LOGIN"}) as peer, pytest.raises(TlsRequired):
        api.send(letter(), via=peer.url, user="alice", password=wrong_password)

    assert peer.commands == ["EHLO [127.0.0.1]"]


def test_the_password_goes_in_clear_when_the_caller_allows_it(api: Api, password: str) -> None:
    with Peer(replies={"EHLO": "250-peer.test\r\n250 AUTH PLAIN", "AUTH": "235 2.7.0 ok"}) as peer:
        api.send(letter(), via=peer.url, user="alice", password=password, allow_cleartext_login=True)

    assert len(peer.messages) == 1


def test_a_password_in_the_url_is_refused_without_showing_it(api: Api) -> None:
    with pytest.raises(UsageError) as caught:
        api.send(letter(), via=f"smtp://alice:{WRONG}@localhost")

    assert secrets_in(f"{caught.value!r} {caught.value}") == []


def test_a_password_that_is_no_reference_is_refused_without_showing_it(api: Api) -> None:
    with pytest.raises(UsageError) as caught:
        api.send(letter(), via="smtp://localhost", user="alice", password=WRONG)

    assert secrets_in(f"{caught.value!r} {caught.value}") == []


def test_a_missing_variable_is_named(api: Api) -> None:
    with pytest.raises(SetupError, match="FLOW_NO_SUCH_VARIABLE"):
        api.send(letter(), via="smtp://localhost", user="alice", password="env:FLOW_NO_SUCH_VARIABLE")


def lacks_utf8(to: str) -> Message:
    return Message(from_="alice@example.test", to=to, subject="Hi", text="Hello")


def test_what_the_server_lacks_is_named(api: Api) -> None:
    with Peer() as peer, pytest.raises(NotAccepted, match="SMTPUTF8"):
        api.send(lacks_utf8("grüße@sink.test"), via=peer.url)


def test_a_message_that_the_server_cannot_carry_harms_no_other(api: Api) -> None:
    letters = [lacks_utf8(to) for to in ("a@sink.test", "grüße@sink.test", "b@sink.test")]
    with Peer() as peer, api.open_transport(peer.url) as transport:
        told = transport.send_all(letters)

    assert [type(outcome) for outcomes in told for outcome in outcomes.values()] == [Accepted, Refused, Accepted]


@pytest.mark.parametrize(("is_lmtp", "scheme", "hint"), [(True, "smtp", "lmtp://"), (False, "lmtp", "smtp://")])
def test_a_server_of_the_other_protocol_is_told_as_such(api: Api, is_lmtp: bool, scheme: str, hint: str) -> None:
    with LoopbackSmtpServer(is_lmtp=is_lmtp) as server, pytest.raises(CapabilityMissing, match=hint):
        api.send(lacks_utf8("a@sink.test"), via=f"{scheme}://127.0.0.1:{server.port}")


def test_what_must_not_go_without_tls_does_not_go_in_clear(api: Api) -> None:
    with LoopbackSmtpServer(extensions=EVERY_EXTENSION) as server, api.open_transport(server.url) as transport:
        outcomes = transport.send(lacks_utf8("a@b.test"), request=DeliveryRequest(require_tls=True), check=False)

    assert (outcomes["a@b.test"], server.received) == (Refused(None, "5.7.30"), ())


def test_a_token_that_does_not_come_in_time_ends_the_call(api: Api) -> None:
    with LoopbackSmtpServer(logins={"ann": "x"}) as server, pytest.raises(TimedOut):
        options = {"user": "ann", "token": too_slow, "allow_cleartext_login": True, "timeout_seconds": 0.3}
        api.send(lacks_utf8("a@b.test"), via=server.url, **options)


def too_slow() -> str:
    threading.Event().wait(1)
    return "token"


@pytest.mark.parametrize("given", ["hello", b"Subject: x", 5])
def test_what_is_no_message_is_refused_with_the_way_to_make_one(api: Api, given: Any) -> None:
    with Peer() as peer, pytest.raises(UsageError, match="read_message"):
        api.send(given, via=peer.url)


def test_not_accepted_goes_from_one_process_to_another(api: Api) -> None:
    with Peer(replies={"RCPT": "550 5.1.1 no"}) as peer, pytest.raises(NotAccepted) as caught:
        api.send(lacks_utf8("a@sink.test"), via=peer.url)

    assert pickle.loads(pickle.dumps(caught.value)).outcomes["a@sink.test"] == Refused(550, "5.1.1")


@pytest.mark.parametrize("where", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_falls_silent_in_a_transaction_defers(api: Api, where: str) -> None:
    with Peer(hold_once=where) as peer:
        outcomes = api.send(letter(), via=peer.url, check=False, timeout_seconds=2.0)

    outcome = outcomes["bob@example.test"]
    assert (type(outcome), outcome.stage, f"smtp localhost:{peer.port}" in outcome.text) == (Deferred, where, True)


def test_a_server_that_falls_silent_after_the_final_dot_leaves_it_unknown(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("msgcore.wire.smtp.transmit"), "ANSWER_SECONDS", 0.15)
    with Peer(hold_once=".") as peer:
        outcomes = api.send(letter(), via=peer.url, check=False, timeout_seconds=2.0)

    assert type(outcomes["bob@example.test"]) is Unknown


@pytest.mark.parametrize(("greeting", "kind"), [("421 4.3.2 later", "deferred"), ("554 5.3.2 never", "refused")])
def test_a_server_that_greets_with_no_is_an_outcome(api: Api, greeting: str, kind: str) -> None:
    with Peer(greeting=greeting) as peer:
        outcomes = api.send(letter(), via=peer.url, check=False)

    assert str(outcomes["bob@example.test"]).startswith(f"{kind} {greeting}")


# In a session


@pytest.fixture
def failing(
    api: Api, admin: ProfileAdmin, tmp_path: Path, troubles: dict[str, Trouble]
) -> Callable[[str], tuple[Session, Submission]]:
    """Submit and flush through a profile whose account has the trouble."""

    def submit(kind: str) -> tuple[Session, Submission]:
        trouble = troubles[kind]
        services = [account(trouble.url, **trouble.options), personal_folders(tmp_path)]
        admin.create("work", services)
        session = api.logon("work", admin)
        try:
            submission = session.submit(letter())
            if trouble.error is TimedOut:
                with pytest.raises(TimedOut):
                    session.flush_queues(timeout_seconds=trouble.timeout_seconds)
            else:
                session.flush_queues()
        except BaseException:
            session.close()
            raise
        return session, submission

    return submit


Failing = Callable[[str], tuple[Session, Submission]]


@each_trouble
def test_the_submission_stays_in_the_outbox(failing: Failing, troubles: dict[str, Trouble], kind: str) -> None:
    session, submission = failing(kind)
    with session:
        state = session.submission_state(submission).state
        assert (subjects(session.outbox), state) == (["Hi"], troubles[kind].state)


@each_trouble
def test_its_reason_names_host_and_service(failing: Failing, troubles: dict[str, Trouble], kind: str) -> None:
    session, submission = failing(kind)
    with session:
        reason = session.submission_state(submission).reason

    assert [name for name in troubles[kind].names if name not in reason] == [], reason


@each_trouble
def test_no_report_is_made(failing: Failing, kind: str) -> None:
    session, _ = failing(kind)
    with session:
        assert subjects(session.inbox) == []


def test_no_secret_is_written_into_the_store(failing: Failing, tmp_path: Path) -> None:
    session, _ = failing("wrong password")
    with session:
        files = [file for file in tmp_path.rglob("*") if file.is_file()]
        shown = "".join(file.read_bytes().decode("latin-1") for file in files)

    assert secrets_in(shown) == []


def test_no_secret_is_in_the_profile_or_session_shown(failing: Failing, admin: ProfileAdmin) -> None:
    session, _ = failing("wrong password")
    with session:
        profile = admin.profile("work")
        shown = f"{session!r} {profile!r} {[entry.config for entry in profile.services]!r}"

    assert secrets_in(shown) == []


def test_a_held_submission_is_not_tried_by_flush(failing: Failing) -> None:
    session, submission = failing("wrong password")
    with session:
        session.flush_queues()
        assert session.submission_state(submission).tries == 1


def test_a_held_submission_goes_after_the_password_was_mended_and_it_was_retried(
    api: Api,
    admin: ProfileAdmin,
    tmp_path: Path,
    postfix: Postfix,
    authority: Authority,
    wrong_password: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"smtp+starttls://localhost:{postfix.submission}"
    service = account(url, user="alice", password=wrong_password, ca_file=str(authority.ca_file))
    admin.create("work", [service, personal_folders(tmp_path)])
    with api.logon("work", admin) as session:
        submission = session.submit(letter())
        session.flush_queues()
    monkeypatch.setenv("FLOW_WRONG_PASSWORD", "secret")

    with api.logon("work", admin) as session:
        session.retry_submit(submission)
        session.flush_queues()
        assert session.outcomes(submission)["bob@example.test"] == Accepted(250, "2.0.0")


def test_a_held_submission_can_be_aborted(failing: Failing) -> None:
    session, submission = failing("untrusted certificate")
    with session:
        session.abort_submit(submission)
        assert (subjects(session.outbox), subjects(session.drafts)) == ([], ["Hi"])


def test_a_wrong_password_of_one_account_leaves_the_other_sending(
    api: Api, admin: ProfileAdmin, tmp_path: Path, troubles: dict[str, Trouble]
) -> None:
    trouble = troubles["wrong password"]
    with Peer() as peer:
        bad = account(trouble.url, name="bad", **trouble.options)
        good = account(peer.url, name="good", email="bob@example.test")
        admin.create("work", [bad, good, personal_folders(tmp_path)])
        with api.logon("work", admin) as session:
            session.submit(letter())
            session.submit(Message(from_="bob@example.test", to="x@sink.test", subject="other", text="other"))
            session.flush_queues()

    assert peer.bodies == [b"other\r\n"]


def test_the_deadline_of_a_flush_leaves_the_recipient_deferred(failing: Failing) -> None:
    session, submission = failing("silent server")
    with session:
        assert isinstance(session.outcomes(submission)["bob@example.test"], Deferred)


def secrets_in(text: str) -> list[str]:
    """Find the wrong password, in clear or as AUTH puts it."""
    forms = [
        WRONG,
        base64.b64encode(WRONG.encode()).decode(),
        base64.b64encode(f"\0alice\0{WRONG}".encode()).decode(),
    ]
    return [form for form in forms if form in text]
