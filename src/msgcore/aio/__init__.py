"""msgcore for asyncio: the names of the package, in coroutines.

``async with msgcore.aio.logon("work") as session`` is the twin of ``with msgcore.logon("work") as session``. Each call
opens a runtime of its own on the running loop.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from msgcore.errors import UsageError
from msgcore.model.delivery import NO_REQUEST, DeliveryRequest
from msgcore.model.message import Correspondent, Message
from msgcore.model.outcome import Outcomes
from msgcore.model.recipient import RecipientsLike
from msgcore.profile.admin import ProfileAdmin
from msgcore.profile.profile import Profile
from msgcore.runtime.aio import AsyncioRuntime
from msgcore.session import direct as _direct
from msgcore.session import maildrop as _maildrop
from msgcore.session import session as _session
from msgcore.session import validation as _validation
from msgcore.session.attachment_stream import AttachmentStream
from msgcore.session.contacts.address_book import AddressBook
from msgcore.session.direct import Transport
from msgcore.session.folder import Folder
from msgcore.session.item import Item
from msgcore.session.maildrop import Maildrop
from msgcore.session.notices.notifications import SessionNotifications
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Opening
from msgcore.session.remote_headers import RemoteHeaders
from msgcore.session.session import Session
from msgcore.session.store import MessageStore
from msgcore.session.stored_message import StoredMessage
from msgcore.session.table import Table
from msgcore.session.validation import VALIDATION_TIMEOUT_SECONDS, ProfileReport
from msgcore.spi import post_office as _post_office
from msgcore.spi.post_office import PostOffice
from msgcore.spi.secrets import SecretSource
from msgcore.spooler.incoming import OnProgress, RetrievalReport

if TYPE_CHECKING:
    from msgcore.aio.organization import open_organization
    from msgcore.aio.probing import probe
    from msgcore.mta.organization import Organization

__all__ = [
    "AddressBook",
    "AttachmentStream",
    "Folder",
    "Item",
    "Maildrop",
    "MessageStore",
    "Organization",
    "PostOffice",
    "RemoteHeaders",
    "Session",
    "SessionNotifications",
    "StoredMessage",
    "Table",
    "Transport",
    "logon",
    "open_maildrop",
    "open_organization",
    "open_post_office",
    "open_store",
    "open_transport",
    "probe",
    "receive",
    "send",
    "validate_profile",
]


async def send(
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
    """Send one message over the transport that the URL ``via`` names; as :func:`msgcore.send`."""
    return await _direct.send(
        message,
        AsyncioRuntime(),
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


def open_transport(
    url: str,
    *,
    user: str | None = None,
    password: str | SecretSource | None = None,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    **options: object,
) -> Opening[Transport]:
    """Open the transport that a URL names; as :func:`msgcore.open_transport`."""
    return _direct.open_transport(
        url, AsyncioRuntime(), user=user, password=password, timeout_seconds=timeout_seconds, **options
    )


async def receive(
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
    """Retrieve the mail of the account that a URL names into a store; as :func:`msgcore.receive`.

    Raises:
        UsageError: as there, or ``into`` is a store for blocking code.
    """
    if not isinstance(cast(object, into), MessageStore):
        from msgcore.blocking.store import MessageStore as BlockingStore

        if isinstance(cast(object, into), BlockingStore):
            raise UsageError("into: need a MessageStore opened by msgcore.aio.open_store, got one for blocking code")
    return await _maildrop.receive(
        url,
        into=into,
        user=user,
        password=password,
        on_progress=on_progress,
        check=check,
        timeout_seconds=timeout_seconds,
        **options,
    )


def open_maildrop(
    url: str,
    *,
    user: str | None = None,
    password: str | SecretSource | None = None,
    timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    **options: object,
) -> Opening[Maildrop]:
    """Open the maildrop that a URL names; as :func:`msgcore.open_maildrop`."""
    return _maildrop.open_maildrop(
        url, AsyncioRuntime(), user=user, password=password, timeout_seconds=timeout_seconds, **options
    )


def open_store(
    url: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS, **options: object
) -> Opening[MessageStore]:
    """Open the message store that a URL names; as :func:`msgcore.open_store`."""
    return _direct.open_store(url, AsyncioRuntime(), timeout_seconds=timeout_seconds, **options)


def open_post_office(
    path: Path | str,
    *,
    network: str = "",
    name: str = "",
    create: bool = False,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
) -> Opening[PostOffice]:
    """Open a workgroup post office for administration; as :func:`msgcore.open_post_office`."""
    return Opening(
        lambda: _post_office.open_post_office(
            path, AsyncioRuntime(), network=network, name=name, create=create, timeout_seconds=timeout_seconds
        )
    )


def logon(
    profile: str | Profile | None = None,
    *,
    admin: ProfileAdmin | None = None,
    hooks: Sequence[object] = (),
    secrets: Mapping[str, SecretSource] | None = None,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
) -> Opening[Session]:
    """Log on to a profile; as :func:`msgcore.logon`."""
    return _session.logon(
        profile, AsyncioRuntime(), admin=admin, hooks=hooks, secrets=secrets, timeout_seconds=timeout_seconds
    )


async def validate_profile(
    profile: str | Profile | None = None,
    *,
    admin: ProfileAdmin | None = None,
    secrets: Mapping[str, SecretSource] | None = None,
    timeout_seconds: float = VALIDATION_TIMEOUT_SECONDS,
) -> ProfileReport:
    """Say of each service of a profile whether it would work; as :func:`msgcore.validate_profile`."""
    return await _validation.validate_profile(
        profile, AsyncioRuntime(), admin=admin, secrets=secrets, timeout_seconds=timeout_seconds
    )


_WHERE = {
    "Organization": "msgcore.mta.organization",
    "open_organization": "msgcore.aio.organization",
    "probe": "msgcore.aio.probing",
}
"""What is loaded on first use: nobody who opens a store needs an MTA for it."""


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_WHERE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
