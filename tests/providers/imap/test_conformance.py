"""IMAP under the suite for stores: Dovecot over Maildir, whose hierarchy separator is ``.``, and over sdbox: ``/``.

How a server keeps mail and how a caller waits know nothing of each other: so each of the two servers is asked in one
of the two ways, and soak tests ask each in both.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import ClassVar

import pytest

from msgcore.base.text import Secret
from msgcore.providers.imap import ImapConfig, ImapService
from msgcore.spi.capability import Capability
from msgcore.spi.url import ServiceUrl
from msgcore.testing.modes import Mode
from msgcore.testing.stores import StoreConformance
from tests.conftest import SOAK
from tests.servers import ANYBODY, Authority, Dovecot

pytestmark = pytest.mark.interop

NUMBERS = itertools.count(1)

C = Capability
CAPABILITIES = frozenset(
    {
        C.CREATE,
        C.MODIFY,
        C.READ_FLAGS,
        C.MOVE,
        C.DELETE,
        C.FOLDERS,
        C.HIERARCHY,
        C.EXPLAIN,
        C.MESSAGE_STATUS,
        C.STREAMS,
        C.SENT_MAIL,
        C.BULK_LOAD,
        C.FOLDER_NOTIFY,
    }
)


class OnDovecot(StoreConformance):
    """Each place is the account of a user of its own, at a server where everybody may log in."""

    service_class: ClassVar[type[object]] = ImapService
    capabilities = CAPABILITIES
    examples = 60 if SOAK else 4
    server_finds_text = True
    secret = ANYBODY
    server: ClassVar[Dovecot]
    authority: ClassVar[Authority]

    def config(self, place: Path) -> object:
        user = place / "user"
        if not user.exists():
            user.write_text(f"user{next(NUMBERS)}")
        return ImapConfig(
            url=ServiceUrl.parse(f"imaps://localhost:{self.server.imaps}", ("imap",)),
            user=user.read_text(),
            password=Secret(self.secret),
            ca_file=self.authority.ca_file,
        )


class TestImapOverMaildir(OnDovecot):
    @pytest.fixture(params=list(Mode) if SOAK else [Mode.ASYNCIO], ids=lambda mode: mode.value)
    def mode(self, request: pytest.FixtureRequest) -> Mode:
        return Mode(request.param)

    @pytest.fixture(autouse=True)
    def _server(self, dovecot_of_anybody: Dovecot, authority: Authority) -> None:
        OnDovecot.authority, TestImapOverMaildir.server = authority, dovecot_of_anybody


class TestImapOverSdbox(OnDovecot):
    @pytest.fixture(params=list(Mode) if SOAK else [Mode.BLOCKING], ids=lambda mode: mode.value)
    def mode(self, request: pytest.FixtureRequest) -> Mode:
        return Mode(request.param)

    @pytest.fixture(autouse=True)
    def _server(self, dovecot_sdbox: Dovecot, authority: Authority) -> None:
        OnDovecot.authority, TestImapOverSdbox.server = authority, dovecot_sdbox
