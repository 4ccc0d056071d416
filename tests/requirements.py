"""What a test needs from outside the repository, and what happens when it is not there."""

import os
from typing import NoReturn

import pytest


def unavailable(reason: str) -> NoReturn:
    """Skip the running test or module with ``reason``, or fail it under ``MSGCORE_REQUIRE=all``."""
    if os.environ.get("MSGCORE_REQUIRE") == "all":
        pytest.fail(f"MSGCORE_REQUIRE=all: {reason}", pytrace=False)
    pytest.skip(reason, allow_module_level=True)
