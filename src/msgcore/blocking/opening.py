"""Where blocking code starts: ``send``, ``logon`` and the ``open_`` calls. Each opens a runtime of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from msgcore.blocking.maildrop import Maildrop
from msgcore.blocking.post_office import PostOffice
from msgcore.blocking.session import Session
from msgcore.blocking.store import MessageStore
from msgcore.blocking.transport import Transport
from msgcore.errors import UsageError
from msgcore.model.delivery import NO_REQUEST, DeliveryRequest
from msgcore.model.message import Correspondent, Message
from msgcore.model.outcome import Outcomes
from msgcore.model.recipient import RecipientsLike
from msgcore.profile.admin import ProfileAdmin
from msgcore.profile.profile import Profile
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import direct as _direct
from msgcore.session import maildrop as _maildrop
from msgcore.session import session as _session
from msgcore.session import store as _store
from msgcore.session import validation as _validation
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.validation import VALIDATION_TIMEOUT_SECONDS, ProfileReport
from msgcore.spi import post_office as _post_office
from msgcore.spi.secrets import SecretSource
from msgcore.spooler.incoming import OnProgress, RetrievalReport

__all__ = [
    "logon",
    "open_maildrop",
    "open_post_office",
    "open_store",
    "open_transport",
    "receive",
    "send",
    "validate_profile",
]


def send(
    message: Message,
    *,
    via: str,
    user: str | None = None,
    password: str | SecretSource | None = None,
    return_path: Correspondent | None = None,
    recipients: RecipientsLike | None = None,
    request: DeliveryRequest = NO_REQUEST,
    check: bool = True,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    **options: object,
) -> Outcomes:
    """Send one message over the transport that the URL ``via`` names.

    ``return_path``, ``recipients`` and ``request`` are those of :meth:`Transport.send`.

    Raises:
        NotAccepted: some recipient was not accepted; with ``check=False`` the outcomes say so instead.
        UsageError: the URL, an option, a recipient or the sender is missing or wrong.
        SetupError: the host, certificate or credentials are wrong.
        TryAgain: the server could not be reached, or not within ``timeout_seconds``.
    """
    runtime = BlockingRuntime()
    return runtime.run(
        _direct.send(
            message,
            runtime,
            via=via,
            user=user,
            password=password,
            return_path=return_path,
            recipients=recipients,
            request=request,
            check=check,
            timeout_seconds=timeout_seconds,
            **options,
        )
    )


def open_transport(
    url: str,
    *,
    user: str | None = None,
    password: str | SecretSource | None = None,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    **options: object,
) -> Transport:
    """Open the transport that a URL names, for many messages; it connects at the first one.

    ``password`` is a reference (``env:NAME``, ``file:PATH``) or a ``Secret``. ``timeout_seconds`` bounds each send.

    Raises:
        UsageError: the URL or an option is wrong.
        NotSupported: this version has no such transport.
    """
    runtime = BlockingRuntime()
    opening = _direct.open_transport(
        url, runtime, user=user, password=password, timeout_seconds=timeout_seconds, **options
    )
    return Transport(runtime, runtime.run(opening.open()))


def receive(
    url: str,
    *,
    into: MessageStore,
    user: str | None = None,
    password: str | SecretSource | None = None,
    on_progress: OnProgress | None = None,
    check: bool = True,
    timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    **options: object,
) -> RetrievalReport:
    """Retrieve the mail of the account that a URL names into a store, by the policy that the options say.

    Without ``leave_on_server=True`` and its kin, what is stored is deleted at the server. The store's journal knows the
    account: what was retrieved is not retrieved again, nor deleted before it is on the disk. ``timeout_seconds`` is for
    the whole call; ``None`` is no limit. Only what the store holds is kept for the next call; a session
    remembers, besides, at which messages the server hung, and asks for them last.

    Raises:
        UsageError: the URL or an option is wrong, ``into`` is no store, or ``on_progress`` no plain function.
        NotSupported: this version retrieves no mail from there, or the store is read-only or keeps no journal.
        MsgcoreError: with ``check``, the error that the report has: why the retrieval ended early.
    """
    if isinstance(cast(object, into), _store.MessageStore):
        raise UsageError("into: need a MessageStore opened by msgcore.open_store, got one for asyncio code")
    if not isinstance(cast(object, into), MessageStore):
        raise UsageError(f"into: need a MessageStore, got {type(into).__name__}")
    runtime, store = into.ring()
    return runtime.run(
        _maildrop.receive(
            url,
            into=store,
            user=user,
            password=password,
            on_progress=on_progress,
            check=check,
            timeout_seconds=timeout_seconds,
            **options,
        )
    )


def open_maildrop(
    url: str,
    *,
    user: str | None = None,
    password: str | SecretSource | None = None,
    timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    **options: object,
) -> Maildrop:
    """Open the maildrop that a URL names, log in, and look at its messages one by one.

    ``password`` is a reference (``env:NAME``, ``file:PATH``) or a ``Secret``. ``timeout_seconds`` bounds each call;
    ``None`` is no limit.

    Raises:
        UsageError: the URL or an option is wrong; or it says what stays at the server, which is for :func:`receive`.
        NotSupported: this version retrieves no mail from there.
        SetupError: the host, certificate or credentials are wrong.
        MaildropInUse, LoginTooSoon, ServiceBusy: the server wants to be asked later.
        ConnectionLost, TimedOut: nobody answers.
    """
    runtime = BlockingRuntime()
    opening = _maildrop.open_maildrop(
        url, runtime, user=user, password=password, timeout_seconds=timeout_seconds, **options
    )
    return Maildrop(runtime, runtime.run(opening.open()))


def open_store(url: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS, **options: object) -> MessageStore:
    """Open the message store that a URL names; a ``sqlite:`` file is made when it is not there.

    The options are the keys of the service that the URL names: ``python -m msgcore services`` lists them.

    Raises:
        UsageError: the URL or an option is wrong.
        NotSupported: this version has no such store.
        StoreError, StoreCorrupt: the file cannot be used.
        NameNotResolved, ConnectionLost, TimedOut: the server cannot be reached.
        AuthenticationRefused, TlsRequired, TlsFailed: it cannot be logged in to, or not safely.
    """
    runtime = BlockingRuntime()
    opening = _direct.open_store(url, runtime, timeout_seconds=timeout_seconds, **options)
    return MessageStore(runtime, runtime.run(opening.open()))


def open_post_office(
    path: Path | str,
    *,
    network: str = "",
    name: str = "",
    create: bool = False,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
) -> PostOffice:
    """Open a workgroup post office for administration; ``create`` makes it of an empty folder, or of none.

    Raises:
        NotFound: the folder is no post office, and is not to be made one.
        UsageError: it is another one than ``network`` and ``name`` say, has other files in it, or they are missing.
        ConnectionLost: the folder is not there.
        StoreError, StoreCorrupt: it cannot be used.
    """
    runtime = BlockingRuntime()
    opening = _post_office.open_post_office(
        path, runtime, network=network, name=name, create=create, timeout_seconds=timeout_seconds
    )
    return PostOffice(runtime, runtime.run(opening))


def logon(
    profile: str | Profile | None = None,
    *,
    admin: ProfileAdmin | None = None,
    hooks: Sequence[object] = (),
    secrets: Mapping[str, SecretSource] | None = None,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
) -> Session:
    """Log on to a profile; without a name to the default one.

    ``secrets`` is what stands for ``callable:NAME`` in the profile: a function that gives a password or token, or a
    ``Secret``, by NAME.
    All mail passes ``hooks`` (:mod:`msgcore.spi.hooks`), behind those of the profile.

    Raises:
        ProfileError: the profile is missing or wrong; with file, line and key.
        SetupError, NotSupported: every service failed at logon; the first one's error.
    """
    runtime = BlockingRuntime()
    opening = _session.logon(
        profile, runtime, admin=admin, hooks=hooks, secrets=secrets, timeout_seconds=timeout_seconds
    )
    return Session(runtime, runtime.run(opening.open()))


def validate_profile(
    profile: str | Profile | None = None,
    *,
    admin: ProfileAdmin | None = None,
    secrets: Mapping[str, SecretSource] | None = None,
    timeout_seconds: float = VALIDATION_TIMEOUT_SECONDS,
) -> ProfileReport:
    """Say of each service of a profile whether it would work, and if not, why and what to do; a dry run.

    First what the profile says of it, and its secrets; then, all side by side and each within ``timeout_seconds``, it
    is logged on as a session would, at every server that it names. Nothing is sent or retrieved, and nothing is made
    or changed; a maildrop is open for a moment.

    Raises:
        ProfileError: the profile is missing, open to others, or no TOML of ``[[services]]`` tables.
    """
    runtime = BlockingRuntime()
    return runtime.run(
        _validation.validate_profile(profile, runtime, admin=admin, secrets=secrets, timeout_seconds=timeout_seconds)
    )
