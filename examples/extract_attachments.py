"""Attachments out of winmail.dat and .msg files, under names that are safe for a disk. Makes its files here."""

from collections.abc import Iterator
from pathlib import Path

import msgcore
from msgcore import Attachment, Message


def attachments_of(message: Message, depth: int = 0) -> Iterator[Attachment]:
    """Give all attachments, also those of messages that are attached. Of a mail with a winmail.dat, what is in that."""
    for attachment in message.attachments:
        if attachment.message is None:
            yield attachment
        elif depth < 20:
            yield from attachments_of(attachment.message, depth + 1)


def extract(octets: bytes, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for attachment in attachments_of(msgcore.read_message(octets)):
        # The name of a stranger: never a path, no device, nothing hidden.
        path = folder / attachment.safe_filename
        path.write_bytes(attachment.data)
        print(f"{attachment.filename!r} -> {path}: {attachment.size_octets} octets")


def main() -> None:
    inner = Message(subject="Inner", attachments=[Attachment(b"%PDF-1.7", filename="plan.pdf")])
    letter = Message(
        from_="ann@a.test",
        to="bob@b.test",
        subject="Files",
        text="See the files.",
        attachments=[Attachment(b"a;b\n", filename="../../etc/passwd"), Attachment(inner)],
    )
    # As Outlook keeps it in a file, and as it sends it: a mail whose only attachment is winmail.dat.
    Path("letter.msg").write_bytes(msgcore.write_message(letter, form="msg"))
    winmail = Attachment(
        msgcore.write_message(letter, form="tnef"), filename="winmail.dat", content_type="application/ms-tnef"
    )
    mail = Message(from_="ann@a.test", to="bob@b.test", subject="Files", text="", attachments=[winmail])
    Path("letter.eml").write_bytes(msgcore.write_message(mail))

    for name in ("letter.msg", "letter.eml"):
        print(name)
        extract(Path(name).read_bytes(), Path(f"files of {name}"))


if __name__ == "__main__":
    main()
