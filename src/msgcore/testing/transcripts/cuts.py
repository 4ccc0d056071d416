"""How what a recorded server says is cut into reads."""

import pytest

from msgcore.testing.scripted import by_line, by_octet, whole

__all__ = ["EACH_CUT"]

EACH_CUT = pytest.mark.parametrize("cut", [whole, by_line, by_octet], ids=["whole", "by line", "by octet"])
"""Has a test run three times, with its argument ``cut``: what the server says comes whole, by line and by octet."""
