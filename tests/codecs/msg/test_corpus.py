"""Real .msg files: read without a finding, written again, and alike in every property."""

from __future__ import annotations

from pathlib import Path

import pytest

from msgcore.base.findings import Strictness
from msgcore.codecs import msg, tnef
from msgcore.codecs.msg.writer import compose
from msgcore.codecs.objects.following import FORM_SAYS
from msgcore.model.compare import compare
from msgcore.props.table import (
    PidTagConversationTopic,
    PidTagNormalizedSubject,
    PidTagStoreSupportMask,
    PidTagSubject,
    PidTagSubjectPrefix,
)
from tests.codecs.msg.msg_files import each_file, msg_file
from tests.codecs.objects.same_objects import differences

SAID_BY_OURS = {key.bag_key: value for key, value in FORM_SAYS["msg"]}


def test_the_corpus_is_there() -> None:
    """So that the tests of each file test something."""
    assert msg_file("Subject")


@each_file
def test_a_real_file_breaks_no_rule(path: Path) -> None:
    octets = path.read_bytes()

    assert msg.check(octets) == ()
    assert msg.read(octets, strictness=Strictness.STRICT).source is not None


@each_file
def test_a_real_file_written_anew_has_the_same_properties(path: Path) -> None:
    """But for the one that tells readers of Unicode, where the file was not."""
    message = msg.read(path.read_bytes())
    octets = compose(message)
    again = msg.read(octets)

    assert compare(again, message) == ()
    assert msg.check(octets) == ()
    assert {
        key: values
        for key, values in differences(message, again).items()
        if values != (None, SAID_BY_OURS.get(key[1], 0))
    } == {}
    assert compose(again) == octets


@each_file
def test_a_real_file_has_the_same_properties_by_way_of_tnef(path: Path) -> None:
    message = msg.read(path.read_bytes())
    by_tnef = tnef.read(tnef.write(message))
    again = msg.read(msg.write(by_tnef))

    assert compare(again, message) == ()
    assert differences(message, by_tnef) == {}


OF_THE_SUBJECT = {
    tag.bag_key for tag in (PidTagSubject, PidTagSubjectPrefix, PidTagNormalizedSubject, PidTagConversationTopic)
}


@each_file
def test_a_changed_subject_leaves_all_the_rest(path: Path) -> None:
    """What other programs want beside is added where the file did not have it."""
    octets = path.read_bytes()
    message = msg.read(octets)
    message.subject = "RE: another"
    again = msg.read(msg.write(message))

    changed = {key for key, (old, _) in differences(msg.read(octets), again).items() if old is not None}

    assert again.subject == "RE: another"
    assert changed <= {((), key) for key in OF_THE_SUBJECT}


@pytest.mark.parametrize("name", ["nonUnicodeCP932", "nonUnicodeMail", "contactAnsi"])
def test_a_file_in_a_code_page_is_written_as_unicode(name: str) -> None:
    message = msg.read(msg_file(name))
    assert PidTagStoreSupportMask not in message

    again = msg.read(compose(message))

    assert again[PidTagStoreSupportMask] & 0x00040000
    assert PidTagStoreSupportMask not in again.tags()
