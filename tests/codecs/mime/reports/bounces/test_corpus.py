"""The corpus of real bounces and of real mail: what is read agrees with what is expected, and no letter is a bounce."""

from __future__ import annotations

import pytest

from msgcore.codecs.mime.reports.bounces import read_bounce
from msgcore.codecs.mime.tree.entity import Entity, parse
from tests import shared
from tests.codecs.mime.corpus_files import corpus_messages, messages_in
from tests.codecs.mime.reports.bounces.disagreements import DISAGREEMENTS
from tests.codecs.mime.reports.bounces.measure import comparisons, folder, measured, stated_addresses


def test_every_bounce_without_a_usable_status_is_recognised() -> None:
    assert [one.name for one in measured() if one.report is None] == []


def test_the_corpus_has_that_many_bounces_without_a_usable_status() -> None:
    assert len(measured()) == 154


def test_at_least_97_of_100_compared_fields_agree() -> None:
    found = comparisons()
    agreed = sum(one.agrees for one in found)

    assert agreed * 100 >= len(found) * 97, f"{agreed} of {len(found)}"


def test_every_disagreement_has_its_reason_and_every_reason_its_disagreement() -> None:
    assert {(one.name, one.field) for one in comparisons() if not one.agrees} == set(DISAGREEMENTS)


def test_the_recipients_are_mostly_those_that_the_original_is_addressed_to() -> None:
    """The rest have no original, went to some of several people only, or through an alias."""
    agreed = sum(one.is_addressed_to_its_recipients for one in measured())

    assert agreed >= 112


@pytest.mark.parametrize("ends", ["dos", "mac"])
def test_line_ends_do_not_change_what_is_read(ends: str) -> None:
    differing = [
        path.name
        for path in messages_in(folder() / ends)
        if (twin := folder() / "bsd" / path.name).exists()
        and read_bounce(parse(path.read_bytes())) != read_bounce(parse(twin.read_bytes()))
    ]

    assert differing == []


def test_the_words_beside_a_usable_status_name_the_same_recipients() -> None:
    """Of 164 reports six have words that name nobody, and three name an alias or another spelling."""
    roots = [parse(path.read_bytes()) for path in messages_in(folder() / "bsd")]
    same = sum(_told(root) == stated for root in roots if (stated := stated_addresses(root)))

    assert same >= 155


def _told(root: Entity) -> list[str]:
    report = read_bounce(root)
    return [] if report is None else [one.address.email_address.lower() for one in report.recipients]


NO_BOUNCES = (
    "bounce/sisimai-a/not",
    "bounce/kumomta/rfc5965",
    "mime",
    "mbox/dovecot-imaptest",
    "mbox/james-mime4j",
    "report",
)
# A bounce of Sendmail's that the standard library tests with: its boundary is cut.
A_BOUNCE = "msg_25.txt"


@pytest.mark.parametrize("name", NO_BOUNCES)
def test_what_is_no_bounce_is_not_taken_for_one(name: str) -> None:
    inside = shared.corpus() / name
    taken = [
        path.name
        for path in corpus_messages()
        if inside in path.parents and path.name != A_BOUNCE and read_bounce(parse(path.read_bytes())) is not None
    ]

    assert taken == []


def test_every_bounce_of_the_mailbox_is_read_but_the_one_that_a_person_forwards() -> None:
    unread = [
        path.name
        for path in messages_in(shared.corpus() / "mbox" / "sisimai" / "err")
        if not stated_addresses(root := parse(path.read_bytes())) and read_bounce(root) is None
    ]

    assert unread == ["make-test-36.eml"]
