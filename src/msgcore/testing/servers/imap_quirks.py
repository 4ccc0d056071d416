"""What IMAP servers do otherwise than they should, or than is usual, on demand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import attrs

from msgcore.base.status import StatusResponse
from msgcore.testing.memory_mailboxes import MemoryAccount
from msgcore.wire.imap.server import Answer
from msgcore.wire.imap.server.turn import Turn
from msgcore.wire.imap.server.write_data import flag_list

__all__ = ["ImapQuirks", "apply_quirks", "carry_out_oddly"]

_NAMES_UIDS = re.compile(r"(APPENDUID|COPYUID) ")
_UID_CODE = re.compile(rb"\* OK \[(?:APPENDUID|COPYUID) [^\]]*\]")
_UID_VALIDITY = re.compile(rb"UIDVALIDITY \d+")
_PARTIAL = re.compile(rb"<\d+\.\d+>")
_RETURN = re.compile(rb"\ARETURN \([A-Z ]*\) ", re.IGNORECASE)
_QUOTED_OR_LITERAL = re.compile(rb'"((?:[^"\\]|\\["\\])*)"|\{(\d+)\}\r\n')
_FLAGS = re.compile(rb"( FLAGS \([^()]*\)|FLAGS \([^()]*\) )")
_FETCH = re.compile(rb"\* \d+ FETCH \((UID \d+ )?")
_BODY_SIZE = re.compile(rb'( "(?:7BIT|8BIT|BINARY|BASE64|QUOTED-PRINTABLE)" )(\d+)', re.IGNORECASE)
_ALL_STRINGS = re.compile(rb"\* (?:\d+ FETCH|LIST|LSUB|STATUS|NAMESPACE|ID|ESEARCH) ")


@attrs.frozen
class ImapQuirks:
    """All of it is seen on real servers."""

    has_only_literals: bool = False
    """No string is quoted."""
    names_no_uids: bool = False
    """UIDPLUS is offered, but there is no APPENDUID and no COPYUID."""
    tells_flags_between: bool = False
    """Between the lines of an answer to FETCH stand flags of a message that was not asked for."""
    tells_exists_between: bool = False
    """Between these lines stands EXISTS, too."""
    tells_flags_apart: bool = False
    """FLAGS of a message stand on a line of their own, behind the rest that is fetched of it."""
    fetches_backwards: bool = False
    """The last message is answered first."""
    gives_whole_for_partial: bool = False
    """FETCH gives the whole section, where a part of it is asked for."""
    body_size_error: int = 0
    """What the sizes of bodies in BODYSTRUCTURE are too large by, in octets."""
    searches_the_old_way: bool = False
    """SEARCH with RETURN is answered as one without."""
    refuses_charsets: bool = False
    """SEARCH with a CHARSET is refused."""
    uid_validity: int | None = None
    """What every mailbox says of its UIDVALIDITY, such as 0."""
    hides_before_login: frozenset[str] = frozenset()
    """Capabilities that are served, but not named yet."""
    hides_after_login: frozenset[str] = frozenset()
    """Capabilities that are not named any more."""
    max_connections: int | None = None
    """A connection beyond these hears BYE, with LIMIT."""
    max_logins: int | None = None
    """A login is refused while so many others are logged in."""


async def carry_out_oddly(quirks: ImapQuirks, turn: Turn) -> Answer:
    """Do what is asked as a server with these quirks does."""
    is_search = turn.stage in {"SEARCH", "UID SEARCH"}
    if is_search and quirks.refuses_charsets and turn.octets.upper().startswith(b"CHARSET "):
        return Answer(StatusResponse("NO", "unknown charset", "BADCHARSET (US-ASCII)"))
    if is_search and quirks.searches_the_old_way:
        return await turn.carry_out_with(_RETURN.sub(b"", turn.octets))
    if turn.stage in {"FETCH", "UID FETCH"} and quirks.gives_whole_for_partial:
        return await turn.carry_out_with(_PARTIAL.sub(b"", turn.octets))
    return await turn.carry_out()


def apply_quirks(quirks: ImapQuirks, turn: Turn, answer: Answer, account: MemoryAccount | None) -> Answer:
    """Say it as a server with these quirks says it; ``account`` is that of who has logged in."""
    data = list(answer.data)
    status = answer.status
    if quirks.names_no_uids:
        data = [line for line in data if not _UID_CODE.match(line)]
        if _NAMES_UIDS.match(status.code):
            status = attrs.evolve(status, code="")
    if quirks.uid_validity is not None and turn.stage in {"SELECT", "EXAMINE", "STATUS", "LIST"}:
        data = [_UID_VALIDITY.sub(b"UIDVALIDITY %d" % quirks.uid_validity, line) for line in data]
    if turn.stage in {"FETCH", "UID FETCH"}:
        data = list(_fetched(quirks, turn, data, account))
        if quirks.body_size_error:
            data = [_with_wrong_sizes(line, quirks.body_size_error) for line in data]
    if quirks.has_only_literals:
        data = [_as_literals(line) if _ALL_STRINGS.match(line) else line for line in data]
    return _without(
        quirks.hides_before_login if account is None else quirks.hides_after_login, Answer(status, tuple(data))
    )


def _fetched(quirks: ImapQuirks, turn: Turn, lines: Sequence[bytes], account: MemoryAccount | None) -> Iterator[bytes]:
    between = list(_between(quirks, turn, account))
    for line in reversed(lines) if quirks.fetches_backwards else lines:
        yield from between
        yield from _apart(line) if quirks.tells_flags_apart else [line]


def _between(quirks: ImapQuirks, turn: Turn, account: MemoryAccount | None) -> Iterator[bytes]:
    if account is None or turn.mailbox is None:
        return
    mails = list(account.mailbox(turn.mailbox).messages().values())
    if quirks.tells_exists_between:
        yield b"* %d EXISTS\r\n" % len(mails)
    if quirks.tells_flags_between and mails:
        yield b"* %d FETCH (FLAGS %b)\r\n" % (len(mails), flag_list(mails[-1].flags))


def _with_wrong_sizes(line: bytes, error: int) -> bytes:
    place = line.find(b"BODYSTRUCTURE (")
    if place < 0:
        return line
    return line[:place] + _BODY_SIZE.sub(lambda found: b"%b%d" % (found[1], int(found[2]) + error), line[place:])


def _apart(line: bytes) -> Iterator[bytes]:
    start, flags = _FETCH.match(line), _FLAGS.search(line.partition(b"{")[0])
    if start is None or flags is None:
        yield line
        return
    yield line[: flags.start()] + line[flags.end() :]
    yield b"%b%b)\r\n" % (start[0], flags[0].strip())


def _as_literals(line: bytes) -> bytes:
    """Write the quoted strings of a response as literals; what is within a literal stays."""
    pieces: list[bytes] = []
    place = 0
    while (found := _QUOTED_OR_LITERAL.search(line, place)) is not None:
        pieces.append(line[place : found.start()])
        if found[2] is None:
            text = re.sub(rb"\\(.)", rb"\1", found[1])
            pieces.append(b"{%d}\r\n%b" % (len(text), text))
            place = found.end()
        else:
            place = found.end() + int(found[2])
            pieces.append(line[found.start() : place])
    return b"".join([*pieces, line[place:]])


def _without(hidden: frozenset[str], answer: Answer) -> Answer:
    if not hidden:
        return answer
    data = tuple(
        b"* %b\r\n" % _shown(line[2:].decode(), hidden).encode() if line.startswith(b"* CAPABILITY ") else line
        for line in answer.data
    )
    code = answer.status.code
    shown = _shown(code, hidden) if code.startswith("CAPABILITY ") else code
    return Answer(attrs.evolve(answer.status, code=shown), data)


def _shown(names: str, hidden: frozenset[str]) -> str:
    return " ".join(name for name in names.split() if name.upper() not in hidden)
