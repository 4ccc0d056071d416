"""What tells of blind recipients, and what is left without it."""

from __future__ import annotations

from typing import Any

import pytest

from msgcore.codecs.objects.blind import names_blind, without_blind
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.props.bag import PropBag
from msgcore.props.table import (
    PidTagDisplayBcc,
    PidTagOriginalDisplayBcc,
    PidTagRecipientType,
    PidTagSubject,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import Property, header_property
from tests.codecs.objects.memory_object import read


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({PidTagSubject: "Bcc: eve"}, False),
        ({PidTagDisplayBcc: "Eve"}, True),
        ({PidTagDisplayBcc: ""}, False),
        ({PidTagOriginalDisplayBcc: "Eve"}, True),
        ({header_property("Bcc"): "eve@b.test"}, True),
        ({PidTagTransportMessageHeaders: "To: bob@b.test\r\n Bcc: no field\r\nX-Bcc: eve@b.test\r\n"}, False),
        ({PidTagTransportMessageHeaders: "To: bob@b.test\r\nBCC : eve@b.test"}, True),
        ({PidTagTransportMessageHeaders: "Resent-Bcc: eve@b.test\r\n"}, True),
    ],
)
def test_a_property_or_the_header_may_name_blind_recipients(said: dict[Property[Any], object], names: bool) -> None:
    message = read(said)
    around = read({}, attachments=[Attachment.lazy(bytes, PropBag(), message)])

    assert (names_blind(message), names_blind(around)) == (names, names)


def test_a_row_may_name_blind_recipients() -> None:
    assert names_blind(read({}, [{PidTagRecipientType: 3}]))
    assert not names_blind(Message(to="bob@b.test"))


def test_nothing_else_goes() -> None:
    header = "To: bob@b.test\r\nBcc: eve@b.test,\r\n\tfay@b.test\r\nX-Bcc: kept\r\nresent-bcc: eve@b.test"
    own, other = header_property("Resent-Bcc"), header_property("X-Own")
    blind = ((PidTagDisplayBcc, "Eve"), (own, "eve@b.test"))
    kept = without_blind(((PidTagSubject, "x"), *blind, (other, "o"), (PidTagTransportMessageHeaders, header)))

    assert kept == (
        (PidTagSubject, "x"),
        (other, "o"),
        (PidTagTransportMessageHeaders, "To: bob@b.test\r\nX-Bcc: kept\r\n"),
    )
