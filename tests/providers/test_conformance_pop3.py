"""POP3 under the suite for retrievers: the server that msgcore ships for tests, as it is and with less than usual."""

from __future__ import annotations

from typing import ClassVar

from msgcore.base.text import Secret
from msgcore.providers.internet_mail import InternetMailConfig, InternetMailService
from msgcore.providers.pop3 import Pop3Config, Pop3Service
from msgcore.spi.url import ServiceUrl
from msgcore.testing.pop3_far_end import Pop3FarEnd
from msgcore.testing.retrievers import RetrieverConformance
from msgcore.testing.retrievers.listing import ListingTests
from msgcore.testing.retrievers.secrets import SecretTests
from msgcore.testing.retrievers.suite import RetrieverSuite
from msgcore.testing.retrievers.trouble import TroubleTests
from msgcore.testing.servers import LoopbackPop3Server
from msgcore.wire.pop3.server import USUAL_CAPABILITIES


class Pop3Suite(RetrieverSuite[Pop3FarEnd]):
    deadline_seconds = 0.15
    many = 600
    service_class: ClassVar[type[object]] = Pop3Service
    far_end_class = Pop3FarEnd
    secret = Pop3FarEnd.password

    def arrives(self, octets: bytes) -> bytes:
        """POP3 ends the last line."""
        return octets + b"\r\n" if octets and not octets.endswith(b"\r\n") else octets

    def config(self, far_end: Pop3FarEnd) -> object:
        return Pop3Config(
            url=ServiceUrl.parse(far_end.url, ("pop3",)),
            user=far_end.user,
            password=Secret(far_end.password),
            allow_cleartext_login=True,
        )


class TestPop3(Pop3Suite, RetrieverConformance[Pop3FarEnd]):
    """A server with all that is usual."""


class BareFarEnd(Pop3FarEnd):
    def make(self) -> LoopbackPop3Server:
        offers = USUAL_CAPABILITIES - {"CAPA", "UIDL", "TOP", "PIPELINING", "SASL"}
        return LoopbackPop3Server({self.user: self.password}, capabilities=offers, recorded=False)


class TestPop3OfABareServer(Pop3Suite, RetrieverConformance[Pop3FarEnd]):
    far_end_class = BareFarEnd
    has_unique_ids = False
    has_headers = False
    many = 70
    """What is not pipelined takes longer."""


class SilentFarEnd(Pop3FarEnd):
    hold_stage = "greeting"


class TestPop3OfAServerThatIsSilentAtFirst(Pop3Suite, TroubleTests[Pop3FarEnd]):
    far_end_class = SilentFarEnd


class TestInternetMail(Pop3Suite, ListingTests[Pop3FarEnd], SecretTests[Pop3FarEnd]):
    service_class: ClassVar[type[object]] = InternetMailService

    def config(self, far_end: Pop3FarEnd) -> object:
        return InternetMailConfig(
            email="ann@a.test",
            smtp=ServiceUrl.parse("smtp://127.0.0.1:9"),
            pop3=ServiceUrl.parse(far_end.url, ("pop3",)),
            user=far_end.user,
            password=Secret(far_end.password),
            allow_cleartext_login=True,
        )
