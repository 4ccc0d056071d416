"""POP3 under the suite for retrievers, with Dovecot behind it."""

from __future__ import annotations

from typing import ClassVar, Self

import pytest

from msgcore.base.text import Secret
from msgcore.providers.pop3 import Pop3Config, Pop3Service
from msgcore.spi.url import ServiceUrl
from msgcore.testing.retrievers import RetrieverConformance
from tests.servers import Authority, Dovecot
from tests.servers.server import PASSWORDS

pytestmark = pytest.mark.interop


class DovecotMaildrop:
    """The inbox of Alice."""

    user = "alice"
    server: ClassVar[Dovecot]

    def __enter__(self) -> Self:
        self.server.empty(self.user)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.empty(self.user)

    def put(self, *messages: bytes) -> None:
        self.server.put(self.user, messages)

    def waiting(self) -> list[bytes]:
        return self.server.waiting(self.user)


class TestPop3OfDovecot(RetrieverConformance[DovecotMaildrop]):
    service_class: ClassVar[type[object]] = Pop3Service
    far_end_class = DovecotMaildrop
    authority: ClassVar[Authority]

    @pytest.fixture(autouse=True)
    def _dovecot(self, dovecot: Dovecot, authority: Authority) -> None:
        DovecotMaildrop.server = dovecot
        TestPop3OfDovecot.authority = authority

    def arrives(self, octets: bytes) -> bytes:
        """The last line is ended."""
        return octets if octets.endswith(b"\r\n") else octets + b"\r\n"

    def config(self, far_end: DovecotMaildrop) -> object:
        return Pop3Config(
            url=ServiceUrl.parse(f"pop3s://localhost:{far_end.server.pop3s}", ("pop3",)),
            user=far_end.user,
            password=Secret(PASSWORDS[far_end.user]),
            ca_file=self.authority.ca_file,
        )
