"""The pipe gateway: hands each message to a program on this machine.

The command is a list, which no shell reads. Placeholders are whole arguments: ``{recipient}`` (the program runs once
for each), ``{recipients}`` (an argument each) and ``{sender}``, empty for the null return path. Without ``{recipient}``
it runs once for all recipients.
An address is data: one that begins with ``-`` is handed over only where ``--`` stands before it, and else refused, as
the program would take it for an option. Its exit status says what became of it (``sysexits.h``).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import attrs

from msgcore.base.batches import batches
from msgcore.base.status import EnhancedStatus
from msgcore.base.text import one_line, refuse_line_ends
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import CapabilityMissing, Closed, SetupError, TryAgain, UsageError
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Deferred, Delivered, Outcome, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import Runtime
from msgcore.runtime.program import Ended, Program, run_program
from msgcore.spi.gateway import Content
from msgcore.spi.settings import setting

__all__ = ["PipeGateway", "PipeGatewayConfig"]

_PLACES = ("{sender}", "{recipient}", "{recipients}")
_END_OF_OPTIONS = "--"
_MOST_RECIPIENTS = 100
_MOST_OUTPUT_OCTETS = 4 * 1024
_MOST_TEXT = 500
_ENVIRONMENT = MappingProxyType({"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})

_NOT_AN_ARGUMENT = EnhancedStatus(5, 1, 3)
_SENDER_IS_NOT_AN_ARGUMENT = EnhancedStatus(5, 1, 7)
_NOT_CONVERTIBLE = EnhancedStatus(5, 6, 3)
_TRY_LATER = EnhancedStatus(4, 3, 0)

# What sysexits.h calls them, and which of them may pass (71: the system could not; 75: so the program says).
_STATUSES: Mapping[int, tuple[EnhancedStatus, str]] = {
    64: (EnhancedStatus(5, 3, 5), "command line usage error"),
    65: (EnhancedStatus(5, 6, 0), "data format error"),
    66: (EnhancedStatus(5, 3, 0), "cannot open input"),
    67: (EnhancedStatus(5, 1, 1), "user unknown"),
    68: (EnhancedStatus(5, 1, 2), "host name unknown"),
    69: (EnhancedStatus(5, 3, 0), "service unavailable"),
    70: (EnhancedStatus(5, 3, 0), "internal software error"),
    71: (EnhancedStatus(4, 3, 0), "system error"),
    72: (EnhancedStatus(5, 3, 0), "critical system file missing"),
    73: (EnhancedStatus(5, 2, 0), "cannot create output file"),
    74: (EnhancedStatus(5, 3, 0), "input/output error"),
    75: (EnhancedStatus(4, 3, 0), "temporary failure"),
    76: (EnhancedStatus(5, 5, 0), "remote error in protocol"),
    77: (EnhancedStatus(5, 7, 0), "permission denied"),
    78: (EnhancedStatus(5, 3, 5), "configuration error"),
}


@attrs.frozen(kw_only=True)
class PipeGatewayConfig:
    """A program and its arguments, and what it finds on its standard input."""

    command: tuple[str, ...] = attrs.field(metadata=setting("the program's whole path, and its arguments"))
    crlf: bool = attrs.field(default=False, metadata=setting("whether its lines end with CR LF, and not LF"))
    return_path: bool = attrs.field(default=False, metadata=setting("whether a Return-Path field comes first"))
    from_line: bool = attrs.field(default=False, metadata=setting("whether a line as in an mbox file comes first"))
    processes: int = attrs.field(default=4, metadata=setting("how many run at a time"))
    timeout_seconds: float = attrs.field(default=300.0, metadata=setting("a run that takes longer is killed"))

    def __attrs_post_init__(self) -> None:
        if not self.command or not self.command[0].startswith("/"):
            raise UsageError("command: need the program's whole path, and then its arguments")
        if any("\0" in one for one in self.command):
            raise UsageError("command: no argument can hold NUL")
        for one in self.command:
            if one not in _PLACES and any(place in one for place in _PLACES):
                raise UsageError(f"command: {one!r}: a placeholder is a whole argument")
        if "{recipient}" in self.command and "{recipients}" in self.command:
            raise UsageError("command: it runs for each recipient, or for all of them, and not for both")
        if self.processes < 1 or not self.timeout_seconds > 0:
            raise UsageError("processes is at least 1, and timeout_seconds more than 0")


class PipeGateway:
    """Runs a program for each recipient, or for all at once, and says what became of each by its exit status.

    0 is delivered; 71, 75 and what ``sysexits.h`` does not know deferred; the others refused. A program that was
    killed, at the deadline, too, may have done its work: unknown, which the MTA tries again.
    """

    config_type = PipeGatewayConfig
    content_profile = "mime"

    def __init__(self, config: PipeGatewayConfig, runtime: Runtime) -> None:
        self._config = config
        self._runtime = runtime
        self._workers = runtime.workers("msgcore pipe", config.processes)
        self._is_closed = False

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        """Run the program, one run after the other; when the call is cancelled, those who had their turn have outcomes.

        Raises:
            Closed: :meth:`close` was called.
            UsageError: an address holds CR, LF or NUL.
            OperationCancelled, TimedOut: nothing was begun.
        """
        if self._is_closed:
            raise Closed(f"{self._config.command[0]}: the gateway has been closed")
        for address in (envelope.sender, *(one.address for one in envelope.recipients)):
            if address is not None:
                refuse_line_ends(address.email_address, "address")
        try:
            octets = await self._runtime.in_thread(lambda: self._input(envelope.sender, content), deadline)
        except CapabilityMissing as error:
            return dict.fromkeys(envelope.recipients, Refused(None, _NOT_CONVERTIBLE, str(error), "pipe"))
        found: dict[Recipient, Outcome] = {}
        for one in envelope.recipients:
            refusal = self._refusal(envelope.sender, one)
            if refusal is not None:
                found[one] = refusal
        has_begun = False
        for those in self._runs([one for one in envelope.recipients if one not in found]):
            try:
                outcome = await self._run(envelope.sender, those, octets, deadline)
            except SetupError as error:
                outcome = Deferred(text=str(error), stage="pipe")
            except TryAgain as error:
                if not has_begun:
                    raise
                outcome = Deferred(text=str(error), stage="pipe")
            has_begun = True
            found.update(dict.fromkeys(those, outcome))
        return {one: found[one] for one in envelope.recipients}

    async def close(self) -> None:
        """Run nothing more; what runs goes on to its end."""
        self._is_closed = True
        self._workers.close()

    def _runs(self, recipients: Sequence[Recipient]) -> Iterator[Sequence[Recipient]]:
        return batches(recipients, 1 if "{recipient}" in self._config.command else _MOST_RECIPIENTS)

    async def _run(
        self, sender: Address | None, recipients: Sequence[Recipient], octets: bytes, deadline: Deadline
    ) -> Outcome:
        command = [*_command(self._config.command, sender, recipients)]
        program = Program(command, _ENVIRONMENT, most_output_octets=_MOST_OUTPUT_OCTETS)
        deadline.check(self._config.command[0])
        limit = deadline.sooner(self._config.timeout_seconds)
        return _outcome(await run_program(self._runtime, self._workers, program, octets, limit))

    def _refusal(self, sender: Address | None, recipient: Recipient) -> Refused | None:
        """Say why a recipient cannot be handed over in this command."""
        if sender is not None and not self._is_sayable("{sender}", sender.email_address):
            text = f"the sender's address {sender.email_address!r} cannot be an argument"
            return Refused(None, _SENDER_IS_NOT_AN_ARGUMENT, text, "pipe")
        if not all(self._is_sayable(place, recipient.email_address) for place in ("{recipient}", "{recipients}")):
            return Refused(None, _NOT_AN_ARGUMENT, f"{recipient.email_address!r} cannot be an argument", "pipe")
        return None

    def _is_sayable(self, place: str, address: str) -> bool:
        command = self._config.command
        if place not in command:
            return True
        if address.startswith("-") and _END_OF_OPTIONS not in command[: command.index(place)]:
            return False
        return not any("\ud800" <= char <= "\udfff" for char in address)

    def _input(self, sender: Address | None, content: Content) -> bytes:
        octets = mime.octets_for_program(content.octets)
        path = "" if sender is None else one_line(sender.email_address)
        before = b""
        if self._config.from_line:
            before += _from_line(path, self._runtime.now())
        if self._config.return_path:
            before += f"Return-Path: <{path}>\r\n".encode("utf-8", "replace")
        octets = before + octets
        return octets if self._config.crlf else octets.replace(b"\r\n", b"\n")


def _from_line(path: str, now: datetime) -> bytes:
    """Write the line that a message in an mbox file begins with (RFC 4155); asctime is in English, whatever is set."""
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[now.weekday()]
    month = "JanFebMarAprMayJunJulAugSepOctNovDec"[3 * now.month - 3 : 3 * now.month]
    who = path.replace(" ", "-") or "MAILER-DAEMON"
    return f"From {who} {day} {month} {now.day:2} {now:%H:%M:%S %Y}\r\n".encode("utf-8", "replace")


def _command(command: Sequence[str], sender: Address | None, recipients: Sequence[Recipient]) -> Iterator[bytes]:
    for one in command:
        match one:
            case "{sender}":
                yield b"" if sender is None else sender.email_address.encode()
            case "{recipient}" | "{recipients}":
                yield from (recipient.email_address.encode() for recipient in recipients)
            case _:
                yield os.fsencode(one)


def _outcome(ended: Ended) -> Outcome:
    said = one_line(ended.output.decode("utf-8", "replace"), _MOST_TEXT)
    if ended.is_killed:
        return Unknown(None, _TRY_LATER, _joined("it did not end in time, and was killed", said), "pipe")
    if ended.status < 0:
        return Unknown(None, _TRY_LATER, _joined(f"it was ended by {_signal_name(-ended.status)}", said), "pipe")
    if ended.status == 0:
        return Delivered(None, EnhancedStatus(2, 0, 0), said, "pipe")
    enhanced, meaning = _STATUSES.get(ended.status, (_TRY_LATER, "which says nothing"))
    kind = Deferred if enhanced.klass == 4 else Refused
    return kind(None, enhanced, _joined(f"exit status {ended.status}, {meaning}", said), "pipe")


def _joined(what: str, said: str) -> str:
    return f"{what}: {said}" if said else what


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
