"""What a process that serves leaves out of the search for garbage."""

from __future__ import annotations

import gc

from msgcore.runtime.garbage import keep_for_good


def test_what_is_there_is_not_looked_at_again() -> None:
    loaded = ["kept"]
    threshold = gc.get_threshold()

    keep_for_good()
    try:
        assert not any(one is loaded for one in gc.get_objects())
        assert gc.get_freeze_count() > 1_000
        assert gc.get_threshold()[0] > threshold[0]
    finally:
        # It stays out of the search: to look through all tests again would cost each search seconds.
        gc.set_threshold(*threshold)
