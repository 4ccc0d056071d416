"""What every store says of the messages that it keeps."""

from __future__ import annotations

from msgcore.props.computed import Owner, keys_of
from msgcore.spi.kept import STORE_SAYS


def test_what_a_store_says_itself_is_worked_out_by_stores_and_transports() -> None:
    assert STORE_SAYS - keys_of(Owner.STORE) - keys_of(Owner.TRANSPORT) == frozenset()
