"""Which first octets of a message are all of it."""

from __future__ import annotations

import pytest

from msgcore.providers.imap.partial_load import Beginning
from msgcore.wire.imap.responses import Fetch

ASKED = 65_536


@pytest.mark.parametrize(
    ("had", "said", "is_whole"),
    [
        (10, 10, True),
        (10, None, True),
        (ASKED, None, False),
        (ASKED, ASKED, True),
        (ASKED, ASKED + 1, False),
        (ASKED + 1, 10, True),  # it gives no ranges, and says a wrong size
        (ASKED - 9, ASKED + 9, False),  # it gives less than it was asked for
    ],
)
def test_first_octets_are_all_of_a_message_by_what_the_server_says(had: int, said: int | None, is_whole: bool) -> None:
    assert Beginning(Fetch(1, uid=1, size_octets=said), bytes(had)).is_whole is is_whole
