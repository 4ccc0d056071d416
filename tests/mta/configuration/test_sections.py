"""What makes no sense in a section that a program makes itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from msgcore.errors import UsageError
from msgcore.mta.configuration.sections import MetricsSection, NodeSection
from msgcore.mta.trust.settings import DkimKey, TrustSettings

NO_TEXT: Any = 5


@pytest.mark.parametrize(
    "make",
    [
        lambda: NodeSection(host_name=NO_TEXT),
        lambda: MetricsSection(listen=NO_TEXT),
        lambda: DkimKey(NO_TEXT, "mail", "env:KEY"),
        lambda: TrustSettings(believes_arc_of=[NO_TEXT]),
    ],
)
def test_a_name_that_is_no_text_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(UsageError, match="need text, got int"):
        make()
