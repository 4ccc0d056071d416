"""Files of Outlook's forms among those of mails: .msg, and TNEF as winmail.dat has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from msgcore.codecs import mime, msg, tnef
from msgcore.errors import MalformedMessage
from msgcore.model import Message
from msgcore.model.compare import compare
from msgcore.props.table import PidLidLocation, PidTagMessageDeliveryTime, PidTagMessageFlags
from msgcore.runtime import NEVER
from msgcore.spi.store import MessageFlag
from msgcore.transfer import EmlFolder, EmlWriter, ImportOptions, Skipped, open_archive
from tests.transfer.desk import Desk, memory_desk, sqlite_desk

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CODECS = {"x.msg": msg, "x.tnef": tnef, "winmail.dat": tnef}


@pytest.fixture(params=["memory", "sqlite"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with memory_desk() if request.param == "memory" else sqlite_desk(tmp_path / "mail.db") as desk:
        yield desk


def letter(subject: str = "hello") -> Message:
    message = Message(from_="ann@a.test", to="bob@b.test", subject=subject, text="text", message_class="IPM.Task")
    message[PidLidLocation] = "hall"
    return message


def stored(desk: Desk) -> list[Message]:
    return [desk.runtime.run(desk.store.load(one, 1 << 40, NEVER)) for one in desk.ids()]


@pytest.mark.parametrize("name", CODECS)
def test_a_file_comes_with_all_its_properties(desk: Desk, tmp_path: Path, name: str) -> None:
    octets = CODECS[name].write(letter())
    (tmp_path / name).write_bytes(octets)
    desk.bring(open_archive(tmp_path / name))

    (one,) = stored(desk)
    assert one.source is not None
    assert (one.source.octets, compare(CODECS[name].read(octets), one)) == (octets, ())


def test_a_folder_of_several_kinds_comes_once(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "box"
    folder.mkdir()
    (folder / "a.eml").write_bytes(mime.write(letter("a")))
    (folder / "b.msg").write_bytes(msg.write(letter("b")))
    (folder / "c.tnef").write_bytes(tnef.write(letter("c")))
    for _ in range(2):
        desk.bring(open_archive(folder))

    assert [one.subject for one in stored(desk)] == ["a", "b", "c"]


def test_flags_and_time_are_the_messages_own(desk: Desk, tmp_path: Path) -> None:
    message = letter()
    message[PidTagMessageFlags] = int(MessageFlag.UNSENT)
    message[PidTagMessageDeliveryTime] = AT
    (tmp_path / "x.msg").write_bytes(msg.write(message))
    desk.bring(open_archive(tmp_path / "x.msg"))

    assert ([(one.is_read, one.is_unsent) for one in desk.kept()], desk.times()) == ([(False, True)], [AT])


def test_a_mail_that_begins_as_tnef_is_a_mail(desk: Desk, tmp_path: Path) -> None:
    octets = tnef.write(letter())
    (tmp_path / "x.eml").write_bytes(octets)
    desk.bring(open_archive(tmp_path / "x.eml"))

    (one,) = stored(desk)
    assert (one.source is not None and one.source.form, PidLidLocation in one) == ("mime", False)


def test_what_is_no_message_is_told_and_does_not_keep_others_out(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "box"
    folder.mkdir()
    (folder / "a.msg").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1"))
    (folder / "b.msg").write_bytes(msg.write(letter("b")))
    told: list[Skipped] = []
    result = desk.bring(open_archive(folder), ImportOptions(skipped=told.append))

    assert (result.messages, result.skipped, [one.subject for one in stored(desk)]) == (1, 1, ["b"])
    assert [one.where for one in told] == [str(folder / "a.msg")]


@pytest.mark.parametrize(
    ("name", "octets"),
    [("bad.msg", b"not a msg"), ("bad.tnef", b""), ("bad.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))],
)
def test_a_file_that_holds_no_message_is_named(desk: Desk, tmp_path: Path, name: str, octets: bytes) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / name).write_bytes(octets)

    with pytest.raises(MalformedMessage, match=re.escape(str(tmp_path / "box" / name))):
        desk.bring(EmlFolder(tmp_path / "box"))


@pytest.mark.parametrize("name", ["x.msg", "x.tnef"])
def test_a_truncated_file_comes_and_is_told(desk: Desk, tmp_path: Path, name: str) -> None:
    (tmp_path / "box").mkdir()
    octets = CODECS[name].write(letter())
    (tmp_path / "box" / f"a{name}").write_bytes(octets[: len(octets) // 2])
    (tmp_path / "box" / f"b{name}").write_bytes(octets)
    result = desk.bring(open_archive(tmp_path / "box"))

    assert (result.messages, result.incomplete) == (2, 1)
    assert [one.where for one in result.first_incomplete] == [str(tmp_path / "box" / f"a{name}")]


def test_a_wrong_checksum_takes_nothing_from_a_message(desk: Desk, tmp_path: Path) -> None:
    octets = bytearray(tnef.write(letter()))
    octets[-1] ^= 1
    (tmp_path / "x.tnef").write_bytes(octets)

    assert desk.bring(open_archive(tmp_path / "x.tnef")).incomplete == 0


def test_of_many_that_are_truncated_the_first_ten_are_named(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    for number in range(12):
        (tmp_path / "box" / f"{number:02}.tnef").write_bytes(tnef.write(letter())[:-9])
    result = desk.bring(open_archive(tmp_path / "box"), ImportOptions(batch=4))

    assert (result.incomplete, len(result.first_incomplete)) == (12, 10)


def test_a_mail_with_the_name_of_an_outlook_file_is_a_mail(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "mail.msg").write_bytes(b"Subject: hello\r\n\r\ntext")
    desk.bring(EmlFolder(tmp_path / "box"))

    assert [message.subject for message in stored(desk)] == ["hello"]


def test_it_is_exported_as_a_mail_and_once(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "x.msg").write_bytes(msg.write(letter()))
    desk.bring(open_archive(tmp_path / "x.msg"))
    for _ in range(2):
        desk.take(EmlWriter(tmp_path / "out"))

    assert [mime.read(one.octets).subject for one in EmlFolder(tmp_path / "out")] == ["hello"]
