"""A message as part of another: quoted in a reply, or shown below the words of who forwards it."""

from __future__ import annotations

import html as html_names
from datetime import UTC, datetime

from msgcore.base.text import one_line
from msgcore.base.times import DAYS, MONTHS
from msgcore.model.address import Address
from msgcore.model.body import html_from_text
from msgcore.model.html_fragment import fragment_of
from msgcore.model.message import Message

__all__ = ["attribution", "forwarded_html", "forwarded_text", "quoted_html", "quoted_text"]

_QUOTE = '<blockquote type="cite" style="margin: 0 0 0 0.8ex; border-left: 1px solid #ccc; padding-left: 1ex">'
_FORWARDED = "---------- Forwarded message ----------"


def attribution(message: Message) -> str:
    """Say who wrote the message and when, as the line above a quote; empty when neither is known."""
    author = message.from_
    name = "" if author is None else one_line(author.display_name or author.email_address, 200)
    when = "" if message.date is None else f"On {_moment(message.date)}, "
    return f"{when}{name or 'somebody'} wrote:" if when or name else ""


def quoted_text(message: Message) -> str:
    """Quote the text below its attribution; the signature stays behind."""
    lines = _lines(message.text or "")
    if "-- " in lines:
        lines = lines[: lines.index("-- ")]
    while lines and not lines[-1].strip():
        lines.pop()
    quoted = [_quoted(line) for line in lines]
    return "\n".join([line for line in (attribution(message),) if line] + quoted)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _quoted(line: str) -> str:
    return f">{line}" if line.startswith(">") or not line else f"> {line}"


def quoted_html(message: Message) -> str:
    """Quote the HTML, or the text as HTML, below its attribution."""
    return f"<div>{html_names.escape(attribution(message))}</div>{_QUOTE}{_body_html(message)}</blockquote>"


def _body_html(message: Message) -> str:
    html = message.html
    return html_from_text(message.text or "") if html is None else fragment_of(html, styles=False)


def forwarded_text(message: Message) -> str:
    """Give the text below the lines that name its sender, date, subject and recipients."""
    summary = [f"{name}: {value}" for name, value in _summary(message)]
    return "\n".join([_FORWARDED, *summary, "", *_lines(message.text or "")])


def forwarded_html(message: Message) -> str:
    """Give the HTML, or the text as HTML, below the lines that name its sender, date, subject and recipients."""
    summary = [f"<b>{name}:</b> {html_names.escape(value)}" for name, value in _summary(message)]
    return f"<p>{'<br>'.join([_FORWARDED, *summary])}</p>{_body_html(message)}"


def _summary(message: Message) -> list[tuple[str, str]]:
    author = message.from_
    lines = [
        ("From", "" if author is None else _person(author)),
        ("Date", "" if message.date is None else _moment(message.date)),
        ("Subject", one_line(message.subject, 900)),
        ("To", ", ".join(_person(address) for address in message.to)),
        ("Cc", ", ".join(_person(address) for address in message.cc)),
    ]
    return [(name, value) for name, value in lines if value]


def _person(address: Address) -> str:
    return one_line(str(address), 500)


def _moment(moment: datetime) -> str:
    """Write a time in UTC, as properties keep it, in every locale alike: Mon, 5 Jan 2026 at 10:00 UTC."""
    utc = moment.astimezone(UTC)
    return f"{DAYS[utc.weekday()]}, {utc.day} {MONTHS[utc.month - 1]} {utc.year} at {utc:%H:%M} UTC"
