"""Message services in memory, registered by call, as a plug-in writer would write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import attrs

import msgcore
from msgcore.base.times import Deadline
from msgcore.errors import AuthenticationRefused
from msgcore.model import Accepted, Address, Delivered, Envelope, Message, Outcome, Recipient
from msgcore.model.address import parse_address, parse_addresses
from msgcore.runtime import Runtime
from msgcore.spi.transport import RoutePreview


@attrs.frozen
class MemoryConfig:
    """``label`` finds the service in :attr:`MemoryService.opened`."""

    label: str = "memory"
    types: tuple[str, ...] = ("SMTP",)
    email: str | None = None


class MemoryService:
    """A transport of ``async def`` methods that keeps what it took."""

    config_type = MemoryConfig
    opened: ClassVar[dict[str, MemoryService]] = {}

    def __init__(self, config: MemoryConfig, runtime: Runtime) -> None:
        self.config = config
        self.runtime = runtime
        self.taken: list[tuple[Envelope, Message]] = []
        self.closings = 0
        MemoryService.opened[config.label] = self

    @property
    def address_types(self) -> Sequence[str]:
        return self.config.types

    @property
    def identity(self) -> Address | None:
        return None if self.config.email is None else parse_address(self.config.email)

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.taken.append((envelope, message))
        return dict.fromkeys(envelope.recipients, Accepted(250, "2.0.0", "ok"))

    async def close(self) -> None:
        self.closings += 1

    @property
    def subjects(self) -> list[str]:
        return [message.subject for _, message in self.taken]


class PlainService:
    """The same in plain methods, with a logon of its own; it tracks and previews, too."""

    config_type = MemoryConfig
    opened: ClassVar[dict[str, PlainService]] = {}

    def __init__(self, config: MemoryConfig, runtime: Runtime) -> None:
        self.config = config
        self.taken: list[Message] = []
        self.is_logged_on = False
        self.flushes = 0
        PlainService.opened[config.label] = self

    def logon(self, deadline: Deadline) -> None:
        self.is_logged_on = True

    @property
    def address_types(self) -> Sequence[str]:
        return self.config.types

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.taken.append(message)
        return dict.fromkeys(envelope.recipients, Accepted(250))

    def flush(self, deadline: Deadline) -> None:
        self.flushes += 1

    def track(
        self, transfer_id: str, recipients: Sequence[Recipient], deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        return dict.fromkeys(recipients, Delivered(250, "2.1.5"))

    def preview(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, RoutePreview]:
        nowhere, north = RoutePreview(None, "no route"), RoutePreview("north", "by *")
        return {one: nowhere if one.email_address.startswith("lost") else north for one in envelope.recipients}

    def close(self) -> None:
        self.is_logged_on = False


class Waiting(MemoryService):
    """A transport that waits for what never comes, until it is cancelled or its time is up."""

    def __init__(self, config: MemoryConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self.never = runtime.event()
        self.has_begun: list[str] = []

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.has_begun.append(envelope.transfer_id)
        await self.never.wait(deadline)
        raise AssertionError("nobody sets the event")


@attrs.frozen
class UrlConfig:
    """What ``open_transport`` gives: the URL, and options."""

    url: str
    types: tuple[str, ...] = ("SMTP",)
    email: str | None = None
    label: str = "by-url"


class ByUrl(MemoryService):
    config_type = UrlConfig  # type: ignore[assignment]  # its fields are those of the other, and the URL


@attrs.frozen
class BookConfig:
    people: tuple[str, ...]


class BookService:
    """An address book: a name stands for everybody whose name has it as a word."""

    config_type = BookConfig

    def __init__(self, config: BookConfig, runtime: Runtime) -> None:
        self._people = [address for one in config.people for address in parse_addresses(one)]

    async def resolve_name(self, name: str, deadline: Deadline) -> Sequence[Address]:
        return [one for one in self._people if name.casefold() in one.display_name.casefold().split()]


class BrokenConstructor(MemoryService):
    def __init__(self, config: MemoryConfig, runtime: Runtime) -> None:
        raise ZeroDivisionError("constructor")


class BrokenLogon(MemoryService):
    async def logon(self, deadline: Deadline) -> None:
        raise AuthenticationRefused(f"{self.config.label}: wrong password")


class BrokenPlainLogon(MemoryService):
    def logon(self, deadline: Deadline) -> None:
        raise ZeroDivisionError("logon")


class BrokenProviders(MemoryService):
    def providers(self) -> Sequence[object]:
        raise ZeroDivisionError("providers")


class BrokenTypes(MemoryService):
    @property
    def address_types(self) -> Sequence[str]:
        raise ZeroDivisionError("types")


class BrokenClose(MemoryService):
    async def close(self) -> None:
        self.closings += 1
        raise ZeroDivisionError("close")


class Forgetful(MemoryService):
    """A transport that forgets every recipient but the first."""

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        return {envelope.recipients[0]: Accepted(250)}


class BrokenSubmit(MemoryService):
    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        raise AuthenticationRefused("wrong password")


class ForgetfulByUrl(Forgetful):
    config_type = UrlConfig  # type: ignore[assignment]  # as above


class BrokenByUrl(BrokenConstructor):
    config_type = UrlConfig  # type: ignore[assignment]  # as above


BROKEN = {
    "broken-constructor": BrokenConstructor,
    "broken-logon": BrokenLogon,
    "broken-plain-logon": BrokenPlainLogon,
    "broken-providers": BrokenProviders,
    "broken-types": BrokenTypes,
}


def register_all() -> None:
    services: dict[str, type[object]] = {
        "memory": MemoryService,
        "plain": PlainService,
        "waiting": Waiting,
        "book": BookService,
        "broken-close": BrokenClose,
        "broken-submit": BrokenSubmit,
        "forgetful": Forgetful,
        "by-url": ByUrl,
        "by-url-forgetful": ForgetfulByUrl,
        "by-url-broken": BrokenByUrl,
        **BROKEN,
    }
    for name, service_class in services.items():
        msgcore.register_service(name, service_class)


def memory(label: str = "memory") -> MemoryService:
    """Find the memory transport that was opened last under this label."""
    return MemoryService.opened[label]
