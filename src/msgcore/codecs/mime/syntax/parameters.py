"""Values with parameters, such as Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2231)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from msgcore.base.memo import Memo
from msgcore.codecs.mime.syntax.charsets import codec_of_charset, decode, guess
from msgcore.codecs.mime.syntax.media_kind import MediaKind, media_kind
from msgcore.codecs.mime.syntax.text_form import TextForm, text_form
from msgcore.codecs.mime.syntax.tolerated import Note
from msgcore.codecs.mime.syntax.words import clean, decode_words, header_text, without_comments

__all__ = ["NOTHING", "Parameterised", "parse_parameters"]

_MAIN = re.compile(r"[\s;]*+([^\s;/]++(?:\s*+/\s*+[^\s;/]++)?)")
# name, then a quoted string or a token; a token takes blanks in so long as no ``name=`` follows them.
_PARAMETER = re.compile(
    r'([^\s=;"]++)\s*+(?:=\s*+(?:"((?:[^"\\]++|\\.|(?!))*+)"?|([^;\s]*+(?:\s++(?![^\s=;"]++\s*+=)[^;\s]++|(?!))*+)))?',
    re.DOTALL,
)
# ``type/subtype; name=value; name="value"`` in ASCII, without comments and continuations, which nearly all are.
_PLAIN = re.compile(
    r"\s*+([A-Za-z0-9_.+-]++(?:/[A-Za-z0-9_.+-]++)?)"
    r'((?:\s*+;\s*+[A-Za-z0-9_-]++=(?:"[ !#-\[\]-~]*+"|[!#-\'*-:<-\[\]-~]++)|(?!))*+)\s*+;?\s*+',
    re.ASCII,
)
_PLAIN_PARAMETER = re.compile(r';\s*+([A-Za-z0-9_-]++)=(?:"([^"]*+)"|([^\s;]++))', re.ASCII)
_NAME = re.compile(r"([^*]++)(?:\*(\d{1,9}))?(\*)?")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

# ``charset'language'`` before an extended value; some leave the second quote out, some write it before each piece.
_CHARSET = re.compile(r"([\w.:+-]*+)'(?:([\w-]*+)')?")
# A file name that was not quoted, with parentheses that are no comment; a path with its backslashes as they are.
_BARE_NAME = re.compile(r"name\*?\s*+=\s*+[^\s;\"(=]++\(", re.IGNORECASE)
_PATH = re.compile(r"[A-Za-z]:\\[^\\\"]|\\\\[\w.-]++\\[^\\\"]")

# Names in which mailers use encoded words, which RFC 2047 section 5 forbids.
_TEXTS = frozenset({"filename", "name", "description"})


def _kind_of(parsed: Parameterised) -> MediaKind:
    return media_kind(parsed.value)


def _text_form_of(parsed: Parameterised) -> TextForm:
    return text_form(parsed.parameters)


@attrs.frozen
class Parameterised:
    """A value in lower case with its parameters; names are in lower case, values decoded."""

    value: str
    parameters: Mapping[str, str]
    problems: tuple[tuple[str, str], ...] = ()
    kind: MediaKind = attrs.field(init=False, eq=False, repr=False, default=attrs.Factory(_kind_of, takes_self=True))
    """What the value says when it is a media type."""
    text_form: TextForm = attrs.field(
        init=False,
        eq=False,
        repr=False,
        default=attrs.Factory(_text_form_of, takes_self=True),
    )
    """What the parameters say when it is the type of a text."""

    def get(self, name: str) -> str | None:
        return self.parameters.get(name)


_USUAL_LIMIT = 1_000
NOTHING = Parameterised("", MappingProxyType({}))


def parse_parameters(raw: bytes, note: Note, limit: int = _USUAL_LIMIT) -> Parameterised:
    """Read a field's value. Of a repeated parameter the first counts, but the extended form (RFC 2231) goes first.

    Continuations end at the first number that is missing. At most ``limit`` parameters are read.
    """
    # The same few values come again and again; a huge one must not stay in memory.
    parsed = _usual[raw] if len(raw) <= 500 and limit == _USUAL_LIMIT else _parse(raw, limit)
    for rule, text in parsed.problems:
        note(rule, text)
    return parsed


def _parse(raw: bytes, limit: int) -> Parameterised:
    return _plain(raw, limit) or _any(raw, limit)


def _plain(raw: bytes, limit: int) -> Parameterised | None:
    """Read the common form; ``None`` for all else."""
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        return None
    found = _PLAIN.fullmatch(text)
    if found is None or "=?" in text:
        return None
    pairs = _PLAIN_PARAMETER.findall(found[2])
    parameters = {name.lower(): quoted or token for name, quoted, token in pairs}
    if len(parameters) != len(pairs) or len(pairs) > limit:
        return None
    return Parameterised(found[1].lower(), MappingProxyType(parameters))


def _any(raw: bytes, limit: int) -> Parameterised:
    problems: list[tuple[str, str]] = []

    def note(rule: str, text: str) -> None:
        problems.append((rule, text))

    text = header_text(raw, note)
    if "(" in text and not _BARE_NAME.search(text):
        text = without_comments(text)
    main = _MAIN.match(text)
    if main is None or "=" in main[1]:
        return Parameterised("", _read(text, 0, note, limit), tuple(problems))
    value = "".join(main[1].split()).lower()
    return Parameterised(value, _read(text, main.end(), note, limit), tuple(problems))


def _parse_usual(raw: bytes) -> Parameterised:
    return _parse(raw, _USUAL_LIMIT)


_usual = Memo(_parse_usual, 1_024)


def _read(text: str, position: int, note: Note, limit: int) -> Mapping[str, str]:
    plain: dict[str, str] = {}
    segments: dict[str, dict[int, tuple[str, bool]]] = {}
    for number, found in enumerate(_PARAMETER.finditer(text, position)):
        if number >= limit:
            note("limit-parameters", f"more than {limit} parameters")
            break
        if found[2] is None and not found[3]:
            continue  # no value at all; that of ``name=""`` is an empty one
        value = _unquoted(found[2]) if found[2] is not None else found[3].rstrip().rstrip('"')
        name = _NAME.fullmatch(found[1].lower())
        if name is None:
            continue
        if name[2] is None and name[3] is None:
            if name[1] in plain:
                note("parameter-repeated", f"parameter {name[1][:60]!r} again")
            plain.setdefault(name[1], value)
        else:
            pieces = segments.setdefault(name[1], {})
            pieces.setdefault(int(name[2] or 0), (value, name[3] is not None))
    for name_ in _TEXTS & plain.keys():
        plain[name_] = decode_words(plain[name_], note)
    for name_, pieces in segments.items():
        if 0 in pieces:
            joined = _join(pieces, note)
            is_encoded = name_ not in _TEXTS or any(is_extended for _, is_extended in pieces.values())
            plain[name_] = joined if is_encoded else decode_words(joined, note)
        else:
            note("parameter-continuation", f"the first piece of parameter {name_[:60]!r} is missing")
    return MappingProxyType(plain)


def _unquoted(text: str) -> str:
    return text if _PATH.match(text) else _ESCAPED.sub(r"\1", text)


def _join(pieces: dict[int, tuple[str, bool]], note: Note) -> str:
    charset = ""
    octets: list[bytes] = []
    for number in range(len(pieces)):
        if number not in pieces:
            note("parameter-continuation", f"piece {number} of a parameter is missing")
            break
        value, is_extended = pieces[number]
        if is_extended:
            said = _CHARSET.match(value)
            if said is not None and (_is_charset(said) if number == 0 else charset and said[1].lower() == charset):
                charset = said[1].lower()
                value = value[said.end() :]
            octets.append(_PERCENT.sub(_octet, value.encode("utf-8")))
        else:
            octets.append(value.encode("utf-8"))
    joined = b"".join(octets)
    if not charset or codec_of_charset(charset) == "ascii":
        return clean(guess(joined))
    return clean(decode(joined, charset, note))


def _is_charset(said: re.Match[str]) -> bool:
    return said[2] is not None or codec_of_charset(said[1]) is not None


def _octet(escape: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escape[1].decode("ascii"))
