"""Conditions on text that the server alone sees: what it is asked for, and that it compares by its own rules."""

from __future__ import annotations

import re

import pytest

from msgcore.props.restriction import AmbiguousName, Restriction, any_attachment, any_recipient
from msgcore.props.search import search
from msgcore.props.table import (
    PidTagAttachLongFilename,
    PidTagAttachSize,
    PidTagBody,
    PidTagDisplayName,
    PidTagHasAttachments,
    PidTagImportance,
    PidTagRead,
    PidTagSentRepresentingAddressType,
    PidTagSubject,
)
from msgcore.providers.imap.translate import Selection, Translator, bytes_of

GUARDED = 'OR {} OR HEADER "X-Msgcore-Properties" "" HEADER "X-Msgcore-Octets" ""'
REPORT, SUBJECT_REPORT = PidTagBody.has_words("report"), PidTagSubject.has_words("report")
FILE = any_attachment(PidTagAttachLongFilename.contains("report.txt"))


def selected(restriction: Restriction, *, knows_utf8: bool = True) -> Selection:
    return Translator(lambda _: None, knows_utf8=knows_utf8).translate(restriction)


def asked(selection: Selection) -> str:
    """Write the keys as they stand in a command, literals as quoted."""
    if selection.criteria is None:
        return ""
    return re.sub(r"\{\d+\+?\}\r\n(\w+)", r'"\1"', bytes_of(selection.criteria).decode())


@pytest.mark.parametrize(
    ("restriction", "keys"),
    [
        (REPORT, 'BODY "report"'),
        (PidTagBody.contains("the report", ignore_case=True), '(BODY "report" BODY "the")'),
        (PidTagBody.contains("the report"), '(BODY "report" BODY "the")'),
        (PidTagBody.equals("report"), 'BODY "report"'),
        (PidTagBody.has_phrase("password", ignore_non_space=False), 'BODY "password"'),
        (PidTagBody.has_words("caf\u00e9"), 'OR BODY "caf\u00e9" BODY "cafe"'),
        (PidTagBody.contains("caf\u00e9"), 'BODY "caf\u00e9"'),
        (PidTagBody.has_words("stra\u00dfe"), 'OR BODY "stra\u00dfe" BODY "strasse"'),
        (FILE, '(TEXT "report" TEXT "txt")'),
        (SUBJECT_REPORT | REPORT, 'OR SUBJECT "report" BODY "report"'),
        (REPORT | AmbiguousName("Bob"), 'OR BODY "report" OR HEADER "From" "Bob" HEADER "Sender" "Bob"'),
        (
            REPORT | any_recipient(PidTagDisplayName.has_words("Bob")),
            'OR BODY "report" OR HEADER "To" "Bob" OR HEADER "Cc" "Bob" HEADER "Bcc" "Bob"',
        ),
        (REPORT | (SUBJECT_REPORT & PidTagImportance.equals(2)), 'OR BODY "report" SUBJECT "report"'),
        (search("4321"), 'TEXT "4321"'),
        (search("na\u00efve"), 'OR TEXT "na\u00efve" TEXT "naive"'),
    ],
    ids=str,
)
def test_the_server_is_asked_for_words(restriction: Restriction, keys: str) -> None:
    selection = selected(restriction)
    found = (asked(selection), selection.preselected, selection.residual, selection.is_by_server)
    assert found == (GUARDED.format(keys), restriction, restriction, True)


@pytest.mark.parametrize(
    "restriction",
    [
        PidTagBody.exists(),
        PidTagBody.has_words("\u2026"),
        PidTagBody.not_equals("report"),
        ~REPORT,
        REPORT | PidTagHasAttachments.equals(True),
        REPORT | PidTagSentRepresentingAddressType.has_words("smtp"),
        REPORT | any_attachment(PidTagAttachSize > 5),
        SUBJECT_REPORT | PidTagSubject.has_words("plan"),
    ],
    ids=str,
)
def test_what_words_do_not_say_is_left_to_the_rows(restriction: Restriction) -> None:
    selection = selected(restriction)
    assert (selection.criteria, selection.residual, selection.is_by_server) == (None, restriction, False)


def test_alternatives_that_the_server_answers_exactly_are_asked_for_beside_words() -> None:
    assert asked(selected(REPORT | PidTagRead.equals(False))) == "OR " + GUARDED.format('BODY "report"') + " NOT SEEN"


def test_beside_a_condition_on_bodies_one_on_fields_alone_stays_exact() -> None:
    selection = selected(REPORT & SUBJECT_REPORT)
    assert (asked(selection), selection.preselected) == (GUARDED.format('BODY "report"'), REPORT)


def test_what_is_left_out_is_looked_for_among_what_is_found() -> None:
    selection = selected(search("lunch -plan"))
    assert (asked(selection), selection.residual) == (GUARDED.format('TEXT "lunch"'), search("lunch -plan"))


@pytest.mark.parametrize(("typed", "keys"), [("caf\u00e9", 'TEXT "caf"'), ("M\u00fcller", '(TEXT "ller" TEXT "M")')])
def test_a_server_without_utf8_is_asked_for_the_ascii_in_words(typed: str, keys: str) -> None:
    assert asked(selected(search(typed), knows_utf8=False)) == GUARDED.format(keys)


def test_a_server_without_utf8_is_not_asked_for_words_without_ascii() -> None:
    assert selected(search("\u6771\u4eac"), knows_utf8=False).criteria is None
