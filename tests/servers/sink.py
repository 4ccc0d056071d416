"""Postfix's smtp-sink: takes every message and writes it to a file."""

import contextlib
import os
import shutil
from pathlib import Path

import attrs

from tests.servers.server import START_SECONDS, Server, find_program, greets, wait_until


@attrs.frozen
class SunkMessage:
    """What arrived in one SMTP transaction.

    ``mail_arguments`` and ``recipient_arguments`` stand as after ``MAIL FROM:`` and ``RCPT TO:``; ``octets`` are the
    data as sent, dots unstuffed, with CRLF.
    """

    mail_arguments: str
    recipient_arguments: tuple[str, ...]
    octets: bytes

    @property
    def sender(self) -> str:
        return _path(self.mail_arguments)

    @property
    def recipients(self) -> tuple[str, ...]:
        return tuple(map(_path, self.recipient_arguments))


class SmtpSink(Server):
    """An SMTP server on ``port`` without TLS; it offers PIPELINING, 8BITMIME, AUTH, ENHANCEDSTATUSCODES and DSN."""

    def __init__(self, *options: str) -> None:
        super().__init__(port_count=1)
        self.options = options
        (self.port,) = self.ports
        self._dump = self.directory / "messages"

    @classmethod
    def missing(cls) -> str | None:
        return None if find_program("smtp-sink") else "smtp-sink is not installed (Debian: postfix)"

    def prepare(self) -> None:
        self._dump.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self._dump, "nobody")

    def command(self) -> list[str | Path]:
        program = find_program("smtp-sink")
        assert program
        drop_root = ["-u", "nobody"] if os.geteuid() == 0 else []
        return [program, *drop_root, *self.options, "-d", f"{self._dump}/%H%M%S.", f"127.0.0.1:{self.port}", "100"]

    def is_ready(self) -> bool:
        return greets(self.port, b"220")

    def messages(self) -> list[SunkMessage]:
        """Read every message that arrived whole, the oldest first."""
        files = sorted(self._dump.iterdir(), key=lambda file: (file.stat().st_mtime_ns, file.name))
        # Listed before this look, so a file that is closed now was whole then.
        still_open = self._open_files()
        return [_parse(file.read_bytes()) for file in files if file not in still_open]

    def wait_for_message(self, containing: bytes, timeout_seconds: float = START_SECONDS) -> SunkMessage:
        """Wait for the first message whose octets hold ``containing``."""
        return wait_until(
            lambda: next((message for message in self.messages() if containing in message.octets), None),
            f"message with {containing!r} in smtp-sink",
            timeout_seconds,
        )

    def _open_files(self) -> set[Path]:
        found: set[Path] = set()
        for descriptor in Path(f"/proc/{self.process_id}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed since it was listed
                found.add(descriptor.readlink())
        return found


def _path(arguments: str) -> str:
    return arguments[: arguments.index(">")].removeprefix("<")


def _parse(dump: bytes) -> SunkMessage:
    """Take a dump apart: ``X-`` lines about the session, a Received field of three lines, the data, an empty line."""
    head, _, rest = dump.partition(b"Received: from ")
    fields = [line.split(": ", 1) for line in head.decode().splitlines()]
    data = rest.split(b"\n", 3)[3].removesuffix(b"\n")
    return SunkMessage(
        mail_arguments=next(value for name, value in fields if name == "X-Mail-Args"),
        recipient_arguments=tuple(value for name, value in fields if name == "X-Rcpt-Args"),
        octets=data.replace(b"\n", b"\r\n"),
    )
