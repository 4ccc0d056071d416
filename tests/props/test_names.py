"""Finding properties by name."""

from __future__ import annotations

import pytest

from msgcore.errors import UnknownProperty
from msgcore.props import lookup


def test_unknown_name_is_an_unknown_property_that_is_named() -> None:
    with pytest.raises(UnknownProperty, match="'PidTagNonsense' is no property"):
        lookup("PidTagNonsense")
