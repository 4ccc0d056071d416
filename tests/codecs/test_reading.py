"""What every reader does with what it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from msgcore.codecs import mime, msg, tnef
from msgcore.errors import UsageError


@pytest.mark.parametrize("check", [mime.check, mime.read, tnef.check, tnef.read, msg.check, msg.read])
def test_only_octets_are_read(check: Callable[[Any], object]) -> None:
    with pytest.raises(UsageError, match="need the message's octets, got NoneType"):
        check(None)


@pytest.mark.parametrize("read", [mime.read, tnef.read, msg.read])
def test_a_strictness_is_one_of_two(read: Callable[..., object]) -> None:
    with pytest.raises(UsageError, match="need a Strictness"):
        read(b"", strictness=True)
