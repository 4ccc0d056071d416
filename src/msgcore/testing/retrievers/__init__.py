"""The conformance suite for what retrieves mail."""

from msgcore.testing.retrievers.deleting import DeletingTests
from msgcore.testing.retrievers.far_end import AbleMaildropFarEnd, MaildropFarEnd
from msgcore.testing.retrievers.headers import HeaderTests
from msgcore.testing.retrievers.life import LifeTests
from msgcore.testing.retrievers.listing import ListingTests
from msgcore.testing.retrievers.receiving import ReceivingTests
from msgcore.testing.retrievers.retrieving import RetrievingTests
from msgcore.testing.retrievers.secrets import SecretTests
from msgcore.testing.retrievers.suite import M
from msgcore.testing.retrievers.trouble import TroubleTests

__all__ = ["AbleMaildropFarEnd", "MaildropFarEnd", "RetrieverConformance"]


class RetrieverConformance(
    ListingTests[M],
    RetrievingTests[M],
    HeaderTests[M],
    DeletingTests[M],
    TroubleTests[M],
    SecretTests[M],
    LifeTests[M],
    ReceivingTests[M],
):
    """Tests of what retrieves mail, in front of a far end that keeps a maildrop.

    One class is all that is written::

        class TestLetterbox(RetrieverConformance[Letterbox]):
            service_class = LetterboxService
            far_end_class = Letterbox
            secret = "a long token"

            def config(self, far_end: Letterbox) -> LetterboxConfig:
                return LetterboxConfig(url=far_end.url, token=Secret(self.secret))
    """
