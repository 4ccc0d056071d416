"""The suite for retrievers, as a plug-in writer would set it up for those of a post office in memory."""

from __future__ import annotations

from typing import ClassVar

import attrs

from msgcore.base.text import Secret
from msgcore.testing.retrievers import RetrieverConformance
from msgcore.testing.retrievers.receiving import ReceivingTests
from tests.testing.honest_retrievers import BareRetriever, HonestRetriever
from tests.testing.post_offices import TOKEN, PostOffice, PostOfficeConfig

__all__ = ["BareOfficeContract", "OfficeContract", "OfficeReceiving", "OfficeRetriever", "OpenHandedContract"]


class OfficeRetriever(RetrieverConformance[PostOffice]):
    """The whole suite."""

    service_class: ClassVar[type[object]] = HonestRetriever
    far_end_class = PostOffice
    secret = TOKEN
    many = 30
    examples = 3

    def config(self, far_end: PostOffice) -> object:
        return PostOfficeConfig(far_end.name, Secret(TOKEN))


class _Contract(OfficeRetriever):
    """Without what goes through the spooler: what that makes of a fault is tested apart."""

    locals().update(dict.fromkeys(name for name in vars(ReceivingTests) if name.startswith("test_")))


class OfficeContract(_Contract):
    """The contract alone."""


class OfficeReceiving(ReceivingTests[PostOffice]):
    """The way through the spooler alone."""

    service_class: ClassVar[type[object]] = HonestRetriever
    far_end_class = PostOffice
    many = 30
    config = OfficeRetriever.config


class BareOfficeContract(_Contract):
    """The suite for an office without unique ids and headers."""

    service_class: ClassVar[type[object]] = BareRetriever
    has_unique_ids = False
    has_headers = False


@attrs.frozen
class OpenConfig(PostOfficeConfig):
    token_as_text: str = TOKEN


class OpenHandedContract(_Contract):
    """The suite of a plug-in whose configuration keeps its token as text."""

    def config(self, far_end: PostOffice) -> object:
        return OpenConfig(far_end.name, Secret(TOKEN))
