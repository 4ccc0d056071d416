"""The first words of a message, as a list of messages shows them."""

from __future__ import annotations

import re

from msgcore.model.body import text_from_html
from msgcore.model.message import Message, check_message
from msgcore.props.table import PidTagBody

__all__ = ["preview"]

# Text that is looked at: quotes come late, and what stands behind this many characters is in no preview.
_ENOUGH = 20_000

_SIGNED = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----[^\n]*\n(?:[A-Za-z-]++:[^\n]*\n|(?!))*+")
_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
# "-----Original Message-----", "---------- Forwarded message ---------", Outlook's line.
_SEPARATOR = re.compile(r"-{3,}+ ?[^\n-][^\n]{1,60}?-{3,}\s*|_{20,}+\s*")
_HEADER_LINE = re.compile(r"\*?[^\s:][^:\n]{0,30}?:\*?\s.*")
_FROM_LINE = re.compile(
    r"\*?(?:From|Von|De|Da|Van|Från|Fra|Od|От|Kimden|Lähettäjä|差出人|发件人|寄件者|보낸 사람)\*?\s?[:：]\*?\s.*",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb\w*|écrit|escribió|escreveu|ha scritto|skrev|schreef|napisał\w*|kirjoitti|пишет|"
    r"(?:на)?писал\w*)\b|写道|寫道|さん|@|\b(?:19|20)[0-9]{2}\b",
    re.IGNORECASE,
)
_ATTRIBUTION_BEGINS = re.compile(r"(?:On|Am|Le|El|Il|Op|Den|Em|Dnia|W dniu|В|\d{4}-|\d{1,2}[./])\b.*\d", re.IGNORECASE)
# Runs of characters that nobody sees, with which mailings fill their preview.
_INVISIBLE = re.compile("[\\s\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u2060-\u2064\ufeff\u3164]{2,}|\\s")


def preview(message: Message, limit: int = 255) -> str:
    """Give the first words of what the sender wrote, on one line of at most ``limit`` characters, cut behind a word.

    Quotes with the line that introduces them, and the signature, are left out; of a message that only forwards another
    that one is shown. A message without text to read, an encrypted one say, has an empty preview.
    """
    check_message(message)
    lines = _visible_lines(_text_of(message))
    return _cut(_INVISIBLE.sub(" ", " ".join(lines)).strip(), limit)


def _text_of(message: Message) -> str:
    text = (message.said(PidTagBody) or "")[:_ENOUGH]
    html = message.html
    if not text.strip() and html is not None:
        text = text_from_html(html, links=False, enough=_ENOUGH)
    signed = _SIGNED.search(text)
    if signed is not None:
        text = text[signed.end() :].partition("-----BEGIN PGP SIGNATURE-----")[0]
    return text.partition(_ENCRYPTED)[0].replace("\r\n", "\n").replace("\r", "\n")


def _visible_lines(text: str) -> list[str]:
    lines = [stripped for line in text.split("\n") if (stripped := line.strip())]
    at = next((number for number in range(len(lines)) if _is_separator(lines, number)), None)
    if at is None:
        return _own_lines(lines)
    return _own_lines(lines[:at]) or _own_lines(_without_header(lines[at:]))


def _is_separator(lines: list[str], at: int) -> bool:
    """Say whether a message below begins here: a line of dashes, or lines that name sender, date and subject."""
    if _SEPARATOR.fullmatch(lines[at]):
        return True
    following = lines[at + 1 : at + 3]
    is_header = len(following) == 2 and all(_HEADER_LINE.fullmatch(line) for line in following)
    return is_header and _FROM_LINE.fullmatch(lines[at]) is not None


def _without_header(lines: list[str]) -> list[str]:
    start = 1 if _SEPARATOR.fullmatch(lines[0]) else 0
    while start < len(lines) and _HEADER_LINE.fullmatch(lines[start]):
        start += 1
    return lines[start:]


def _own_lines(lines: list[str]) -> list[str]:
    own: list[str] = []
    is_quote = False
    for line in lines:
        if line == "--":
            break
        was_quote, is_quote = is_quote, line.startswith(">")
        if not is_quote:
            own.append(line)
        elif not was_quote:
            _drop_attribution(own)
    return own


def _drop_attribution(lines: list[str]) -> None:
    """Take away the line, or up to three, that say whom the quote below is from."""
    if not lines or not lines[-1].endswith((":", "：")) or not _WROTE.search(lines[-1]):
        return
    begins = (n for n in range(-1, max(-3, -len(lines)) - 1, -1) if _ATTRIBUTION_BEGINS.match(lines[n]))
    del lines[next(begins, -1) :]


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head = text[: max(limit, 0)]
    if not text[limit : limit + 1].isspace():
        head = head.rpartition(" ")[0] or head
    return head.rstrip()
