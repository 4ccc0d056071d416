"""The lenient reader of RFC 5322 address lists: one pass over the text, without recursion, that never raises."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import attrs

__all__ = ["TOKEN", "Mailbox", "MailboxReader", "read_mailboxes"]

# One token: white space, a quoted string, a comment's edge, an angle, a separator, or any others. A quote without an
# end stands for itself.
TOKEN = re.compile(r'\s+|"(?:[^"\\]++|\\.|(?!))*+"|\\.|[()<>,;:\[\]@]|[^\s"()<>,;:\[\]@\\]+|.', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"?', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SCHEMES = frozenset({"mailto", "smtp"})


@attrs.frozen
class Mailbox:
    """What the reader found between two commas: the phrase (or comment), the addr-spec if any, and the text itself.

    ``has_stray_words``: words beside an address without angles, which no standard gives a meaning.
    """

    phrase: str
    addr_spec: str
    text: str
    has_stray_words: bool = False


def read_mailboxes(text: str, *, typed: bool = False, limit: int = 100_000) -> Iterator[Mailbox]:
    """Read an RFC 5322 address list leniently: groups are opened, routes and comments dropped, nothing raises.

    With ``typed``, ``TYPE:value`` is no group. At most ``limit`` mailboxes are given.
    """
    return itertools.islice(_each_mailbox(text, MailboxReader(text, typed)), limit)


def _each_mailbox(text: str, reader: MailboxReader) -> Iterator[Mailbox]:
    for token in TOKEN.finditer(text):
        yield from reader.take(token)
    if reader.is_in_comment:  # one without an end is none
        for token in TOKEN.finditer(text, reader.leave_comment()):
            yield from reader.take(token)
    yield from reader.end(len(text))


class MailboxReader:
    """One pass over the tokens; ``words`` is the phrase so far, ``angle`` what stands between < and >."""

    def __init__(self, text: str, typed: bool) -> None:
        self._text = text
        self._typed = typed
        self.is_in_group = False
        self._start = 0
        self._has_comments = True
        self._comment_start = 0  # behind the parenthesis of the one that is being read
        self._reset(0)

    def _reset(self, start: int) -> None:
        self._start = start
        self._words: list[str] = []
        self._angle: list[str] | None = None
        self._inside_angle = False
        self._comment: list[str] = []
        self._comment_depth = 0
        self._bracket_depth = 0

    @property
    def is_in_comment(self) -> bool:
        return self._comment_depth > 0

    def leave_comment(self) -> int:
        """Forget the comment that was not ended, take no more of them, and say where to go on reading."""
        self._comment, self._comment_depth, self._has_comments = [], 0, False
        return self._comment_start

    def take(self, token: re.Match[str]) -> Iterator[Mailbox]:
        part = token[0]
        if self._comment_depth:
            self._take_comment(part)
        elif part == "(" and self._has_comments:
            self._comment_depth = 1
            self._comment_start = token.end()
        elif part == "[":
            self._bracket_depth += 1
            self._put(part)
        elif part == "]":
            self._bracket_depth = max(0, self._bracket_depth - 1)
            self._put(part)
        elif self._bracket_depth and part != "<":
            self._put(part)
        elif part == "<":
            self._bracket_depth = 0
            self._inside_angle = True
            self._angle = []
        elif part == ">":
            self._inside_angle = False
        elif part in {",", ";"}:
            self.is_in_group = self.is_in_group and part == ","
            if self._inside_angle and part == "," and self._angle and self._angle[0] == "@":
                self._angle = []  # the commas of a source route
            else:
                yield from self.end(token.start())
                self._reset(token.end())
        elif part == ":":
            self._take_colon(token)
        else:
            self._put(part)

    def _take_comment(self, part: str) -> None:
        if part == "(":
            self._comment_depth += 1
        elif part == ")":
            self._comment_depth -= 1
        if self._comment_depth and len(self._comment) < 1_000:
            self._comment.append(part)

    def _take_colon(self, token: re.Match[str]) -> None:
        if self._inside_angle:
            self._take_colon_in_angle()
        elif self._typed and re.fullmatch(r"[A-Z][A-Z0-9-]*", "".join(self._words).strip()):
            self._put(":")
        else:
            self.is_in_group = True
            self._reset(token.end())  # the name of a group

    def _take_colon_in_angle(self) -> None:
        angle = self._angle or []
        if "@" in angle[:1] or "".join(angle).strip().lower() in _SCHEMES:
            self._angle = []  # the end of a source route, or a scheme before an address
        else:
            self._put(":")

    def _put(self, part: str) -> None:
        if self._inside_angle and self._angle is not None:
            self._angle.append(part)
        else:
            self._words.append(part)

    def end(self, at: int) -> Iterator[Mailbox]:
        words, angle = self._words, self._angle
        comment = _unescape("".join(self._comment)).strip()
        if angle is not None:
            spec = "".join(part for part in angle if not part.isspace())
            yield self._found(_phrase(words) or comment, spec, at)
        elif "@" in words:
            found = _split_bare(words)
            for spec, phrase in found:
                yield self._found(phrase or comment, spec, at, has_stray_words=bool(phrase) or len(found) > 1)
        elif phrase := _phrase(words):
            yield self._found(phrase, "", at)

    def _found(self, phrase: str, spec: str, at: int, *, has_stray_words: bool = False) -> Mailbox:
        return Mailbox(phrase, spec, self._text[self._start : at], has_stray_words)


def _phrase(words: list[str]) -> str:
    parts = [_unescape(_unquote(word)) for word in words]
    return " ".join("".join(part if not part.isspace() else " " for part in parts).split())


def _unquote(word: str) -> str:
    """Take the quotes off a quoted string, which may lack its last; an escaped quote at its end stays."""
    return _QUOTED.sub(r"\1", word) if word.startswith('"') else word


def _split_bare(words: list[str]) -> list[tuple[str, str]]:
    """Find the addr-spec and the phrase where there are no angles; several where only blanks stand between them.

    The addr-spec is what touches the @, or a dot that touches it: ``bob @ b . test`` is the obsolete form of RFC 5322.
    """
    chunks = _chunks(words)
    bare = [number for number, chunk in enumerate(chunks) if "@" in chunk]
    if len(bare) > 1 and len(bare) == len(chunks):
        return [("".join(chunk), "") for chunk in chunks]
    at = bare[0]
    rest = [word for chunk in chunks[:at] + chunks[at + 1 :] for word in [*chunk, " "]]
    return [("".join(chunks[at]), _phrase(rest))]


def _chunks(words: list[str]) -> list[list[str]]:
    """Cut words at white space, but for that around an @ and around the dots of an addr-spec."""
    chunks: list[list[str]] = [[]]
    is_apart = has_at = False
    for word in words:
        if word.isspace():
            is_apart = True
            continue
        last = chunks[-1]
        if is_apart and last and not _touches(last[-1], word, has_at=has_at):
            chunks.append([])
            has_at = False
        chunks[-1].append(word)
        is_apart = False
        has_at = has_at or word == "@"
    return chunks


def _touches(before: str, word: str, *, has_at: bool) -> bool:
    return "@" in {before, word} or (has_at and (before[-1] == "." or word[0] == "."))


def _unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text
