"""Text at the edge: secrets, redaction, code pages, folding, and the guard against injected line ends."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Awaitable, Callable

from msgcore.errors import InjectionRefused, MsgcoreError, UsageError

__all__ = [
    "ReferredSecret",
    "Secret",
    "SecretGiver",
    "codec_of_code_page",
    "decoder_of_code_page",
    "fold",
    "fold_loosely",
    "forget_frames",
    "one_line",
    "refuse_line_ends",
]

_FORBIDDEN = re.compile("[\r\n\0]")
_BLANKS = re.compile(r"\s++")
_JOINER = "\u034f"  # COMBINING GRAPHEME JOINER: marks are not sorted across it
_LONGEST_RUN = 30
# Of class 0 themselves, but decomposed (the last two by compatibility) into marks: Tibetan vowels, kana voicing marks.
_MARKS_INSIDE = "\u0f73\u0f75\u0f81\uff9e\uff9f"
# No mark but the voicing marks is a letter, and none stands below U+0300; what else is found has no marks to part.
_MAYBE_LONG_RUN = re.compile(rf"(?:[^\w\u0000-\u02ff]|[\uff9e\uff9f]){{{_LONGEST_RUN + 1},}}+")
_FEW = 20  # diacritics, up to which a search for each is faster than looking at every character
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

# [MS-UCODEREF] names a few code pages whose Python codec does not follow from the number.
_ASCII = 20127
_CODE_PAGES = {
    65000: "utf-7",
    65001: "utf-8",
    1200: "utf-16-le",
    1201: "utf-16-be",
    10000: "mac-roman",
    10006: "mac-greek",
    10007: "mac-cyrillic",
    10029: "mac-latin2",
    10081: "mac-turkish",
    _ASCII: "ascii",
    20866: "koi8-r",
    20932: "euc-jp",
    20936: "gb2312",
    21866: "koi8-u",
    28591: "latin-1",
    38598: "iso8859-8",
    50220: "iso2022-jp",
    50221: "iso2022-jp",
    50222: "iso2022-jp",
    50225: "iso2022-kr",
    51932: "euc-jp",
    51936: "gb2312",
    51949: "euc-kr",
    52936: "hz",
    54936: "gb18030",
}
_ISO_8859 = frozenset(range(28592, 28607)) - {28602}  # there is no part 12


class Secret:
    """A password or token. It shows in no ``repr``, ``str``, format, pickle or comparison; :meth:`reveal` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the secret itself, for the one place that puts it on the wire."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(Secret)

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not written anywhere")


SecretGiver = Callable[[], str | Secret | Awaitable[str | Secret]]
"""Who gives a password or token when it is needed: a plain function, which may block, or one that is awaited."""


class ReferredSecret(Secret):
    """A secret that lies elsewhere: as it was when it was last looked at, which ``read`` does, at once for the first
    time.
    """

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[], str]) -> None:
        super().__init__(read())
        self._read = read

    def again(self) -> Secret:
        """Look again, which may block; what cannot be read any more is as it was."""
        try:
            return Secret(self._read())
        except MsgcoreError:
            return Secret(self._value)


def refuse_line_ends(value: str, what: str) -> str:
    """Give ``value`` back when it can stand in a header field or a command.

    Raises:
        InjectionRefused: it holds CR, LF or NUL.
        UsageError: it is no text.
    """
    try:
        found = _FORBIDDEN.search(value)
    except TypeError as error:
        raise UsageError(f"{what}: need text, got {type(value).__name__}") from error
    if found is not None:
        raise InjectionRefused(f"{what}: holds {found[0]!r} at {found.start()}")
    return value


def one_line(text: str, limit: int = 1_000) -> str:
    """Make text from a peer safe to show and to store: one line, no control characters, ``limit`` characters."""
    return _CONTROL.sub(" ", text)[:limit].strip()


def codec_of_code_page(code_page: int) -> str:
    """Name the Python codec of a Windows code page; an unknown one reads as windows-1252."""
    if code_page in _CODE_PAGES:
        return _CODE_PAGES[code_page]
    if code_page in _ISO_8859:
        return f"iso8859-{code_page - 28590}"
    try:
        "".encode(f"cp{code_page}")
    except LookupError:
        return "cp1252"
    return f"cp{code_page}"


def decoder_of_code_page(code_page: int) -> str:
    """Name the codec to read a code page with: what says that it is ASCII and has eight bits is windows-1252."""
    return "cp1252" if code_page == _ASCII else codec_of_code_page(code_page)


def fold(text: str, *, ignore_non_space: bool = False) -> str:
    """Fold for comparison: Unicode case folding, and without diacritics when ``ignore_non_space``."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFC", _without_long_runs(text)).casefold()
    if not ignore_non_space:
        return folded
    decomposed = unicodedata.normalize("NFD", folded).replace(_JOINER, "")
    diacritics = [character for character in set(decomposed) if unicodedata.combining(character)]
    if len(diacritics) > _FEW:
        return "".join([character for character in decomposed if not unicodedata.combining(character)])
    for diacritic in diacritics:
        decomposed = decomposed.replace(diacritic, "")
    return decomposed


def fold_loosely(text: str) -> str:
    """Fold for a comparison by looks: without diacritics, compatible forms (NFKC) as one, and a gap as one blank."""
    return _BLANKS.sub(" ", fold(unicodedata.normalize("NFKC", _without_long_runs(text)), ignore_non_space=True))


def _without_long_runs(text: str) -> str:
    """Part long runs of combining marks by joiners (UAX #15 section 13): sorting a run takes its length squared."""
    return _MAYBE_LONG_RUN.sub(_parted, text)


def _parted(run: re.Match[str]) -> str:
    parted: list[str] = []
    length = 0
    for character in run[0]:
        length = length + 1 if unicodedata.combining(character) or character in _MARKS_INSIDE else 0
        if length > _LONGEST_RUN:
            parted.append(_JOINER)
            length = 1
        parted.append(character)
    return "".join(parted)


def forget_frames(error: BaseException | None) -> None:
    """Take the frames off an error and its causes: tools show their local variables, and one may hold a secret."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__
