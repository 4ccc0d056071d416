"""Which restrictions a server's store may answer by the server's own rules."""

from __future__ import annotations

import pytest

from msgcore.props.restriction import AmbiguousName, Restriction, any_attachment, any_recipient
from msgcore.props.search import search
from msgcore.props.table import PidTagAttachLongFilename, PidTagBody, PidTagDisplayName, PidTagSubject
from msgcore.testing.stores.suite import is_of_folded_bodies

EXACT, FOLDED = PidTagBody.contains("a"), PidTagBody.contains("a", ignore_case=True)


@pytest.mark.parametrize(
    ("restriction", "expected"),
    [
        (FOLDED, True),
        (EXACT, False),
        (~FOLDED, True),
        (PidTagSubject.has_words("a"), False),
        (EXACT | PidTagSubject.has_words("a"), True),
        (EXACT | AmbiguousName("a"), True),
        (any_attachment(PidTagAttachLongFilename.has_words("a")), True),
        (any_recipient(PidTagDisplayName.has_words("a")), False),
        (search("a"), True),
    ],
    ids=str,
)
def test_text_in_bodies_is_the_servers_affair_where_case_or_diacritics_do_not_matter(
    restriction: Restriction, expected: bool
) -> None:
    assert is_of_folded_bodies(restriction) is expected
