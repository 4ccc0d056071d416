"""Answers: a reply to a message, or the message forwarded, as a new message to complete and submit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from msgcore.base.text import one_line
from msgcore.base.times import SystemClock
from msgcore.model.address import SMTP, Address
from msgcore.model.attachment import Attachment
from msgcore.model.body import html_from_text, text_from_html
from msgcore.model.html_fragment import fragment_of
from msgcore.model.levels import Importance, Sensitivity
from msgcore.model.message import Message, check_message
from msgcore.model.message_ids import message_ids
from msgcore.model.quoting import forwarded_html, forwarded_text, quoted_html, quoted_text
from msgcore.model.recipient import RecipientKind, RecipientsLike, parse_recipients
from msgcore.model.shown import shown_attachments
from msgcore.model.thread import base_subject, continue_conversation, references_to

__all__ = ["forward", "reply"]

_LIST_ADDRESS = re.compile(r"<\s*mailto:([^>?\s]{1,320})", re.IGNORECASE)
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_NO_FILE_NAME = re.compile(r'[\\/:*?"<>|]+')


def reply(
    message: Message,
    *,
    to_all: bool = False,
    text: str | None = None,
    html: str | None = None,
    quote: bool = True,
    me: RecipientsLike = (),
) -> Message:
    """Make the reply to a message: ``text`` or ``html`` on top, the message quoted below unless ``quote=False``.

    It goes to Reply-To, else to From. ``to_all`` adds To and Cc as Cc, or goes where Mail-Followup-To says. A mailing
    list that put itself into Reply-To gets the reply only with ``to_all``. ``me`` are one's own addresses: they get no
    copy, and the one that the message was sent to becomes From. The reply to a message of one's own goes to those whom
    that went to. Bcc is never carried over. It has HTML when ``html`` is given or the message that is quoted has it,
    with the pictures that the quote shows.

    Raises:
        InvalidAddress: ``me`` is no address.
    """
    check_message(message)
    own = tuple(recipient.address for recipient in parse_recipients(me, RecipientKind.TO))
    to, cc = _addressees(message, own, to_all=to_all)
    answer = Message(
        from_=_own_address(message, own),
        to=to,
        cc=cc,
        subject=f"Re: {base_subject(message.subject)}".rstrip(),
        sensitivity=_sensitivity(message),
        in_reply_to=next(iter(message_ids(message.message_id or "")), None),
        references=references_to(message) or None,
    )
    continue_conversation(answer, message, SystemClock().now())
    if not quote:
        _write(answer, text, html)
        return answer
    answer.text = _above(_text_of(text, html), quoted_text(message))
    if html is not None or message.html is not None:
        quoted = quoted_html(message)
        answer.html = _html_of(text, html) + quoted
        shown = shown_attachments(quoted, message.attachments)
        answer.attachments = (one.copy() for one in message.attachments if one in shown)
    return answer


def forward(
    message: Message,
    *,
    to: RecipientsLike = (),
    text: str | None = None,
    html: str | None = None,
    as_attachment: bool = False,
) -> Message:
    """Make the message that forwards another, with its attachments: ``text`` or ``html`` on top, the other below.

    With ``as_attachment`` the other goes along whole, octet for octet, but for Bcc, which is never carried over. The
    importance and the sensitivity are kept.

    Raises:
        InvalidAddress: ``to`` is no address.
    """
    check_message(message)
    answer = Message(
        to=to,
        subject=f"Fwd: {base_subject(message.subject)}".rstrip(),
        importance=None if message.importance is Importance.NORMAL else message.importance,
        sensitivity=_sensitivity(message),
        references=references_to(message) or None,
    )
    continue_conversation(answer, message, SystemClock().now())
    if as_attachment:
        _write(answer, text, html)
        answer.attachments = (Attachment(_without_bcc(message), filename=_file_name(message)),)
        return answer
    answer.text = _above(_text_of(text, html), forwarded_text(message))
    if html is not None or message.html is not None:
        answer.html = _html_of(text, html) + forwarded_html(message)
    carried = [one.copy() for one in message.attachments if one.content_type not in _SIGNATURES]
    shown = shown_attachments(answer.html or "", carried)
    # What the HTML shows comes first, as it does in a message that is read.
    carried.sort(key=lambda one: one not in shown)
    answer.attachments = carried
    return answer


# Bodies


def _write(answer: Message, text: str | None, html: str | None) -> None:
    if text is not None or html is not None:
        answer.text = _text_of(text, html)
    if html is not None:
        answer.html = html


def _text_of(text: str | None, html: str | None) -> str:
    return text if text is not None else text_from_html(html or "")


def _html_of(text: str | None, html: str | None) -> str:
    own = html_from_text(text or "") if html is None else fragment_of(html)
    return f"<div>{own}</div><br>" if own else ""


def _above(own: str, below: str) -> str:
    kept = own.rstrip("\r\n")
    return f"{kept}\n\n{below}" if kept else below


# Addresses


def _addressees(
    message: Message, own: tuple[Address, ...], *, to_all: bool
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """Say to whom a reply goes, and who gets a copy."""
    followup = _followup_addresses(message) if to_all else ()
    to, cc = (followup, ()) if followup else _answered(message, own)
    seen = {address.search_key for address in own}
    # Who writes to nobody but oneself gets the reply.
    first = _distinct(to, seen) or _distinct(to, set())
    return first, _distinct(cc, seen) if to_all else ()


def _answered(message: Message, own: tuple[Address, ...]) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    author = message.from_
    if author is not None and message.to and _is_one_of(author, own):
        return message.to, message.cc
    reply_to = tuple(address for address in message.reply_to if address.is_resolved)
    to_author = () if author is None else (author,)
    if reply_to and not all(_is_one_of(address, _list_addresses(message)) for address in reply_to):
        return reply_to, (*message.to, *message.cc)
    return to_author, (*reply_to, *message.to, *message.cc)


def _distinct(addresses: Iterable[Address], seen: set[bytes]) -> tuple[Address, ...]:
    """Keep those that can be reached and are not among ``seen``, which they join."""
    kept: list[Address] = []
    for address in addresses:
        key = address.search_key
        if address.is_resolved and key not in seen and one_line(address.email_address, 2_000) == address.email_address:
            seen.add(key)
            kept.append(Address(address.address_type, address.email_address, one_line(address.display_name, 300)))
    return tuple(kept)


def _is_one_of(address: Address, others: tuple[Address, ...]) -> bool:
    return address.search_key in {other.search_key for other in others}


def _list_addresses(message: Message) -> tuple[Address, ...]:
    """Read where the mailing list takes messages (List-Post, RFC 2369 section 3.4)."""
    found = _LIST_ADDRESS.findall(message.headers.get("List-Post", "") or "")
    return tuple(Address(SMTP, unquote(address)) for address in found)


def _followup_addresses(message: Message) -> tuple[Address, ...]:
    return tuple(address for address in message.addresses_of("Mail-Followup-To") if address.is_resolved)


def _own_address(message: Message, own: tuple[Address, ...]) -> Address | None:
    """Find the one of one's own addresses that the message was sent to, or was sent from; else the first."""
    named = {recipient.address.search_key for recipient in message.recipients}
    if message.from_ is not None:
        named.add(message.from_.search_key)
    return next((address for address in own if address.search_key in named), own[0] if own else None)


# What else is carried over


def _sensitivity(message: Message) -> Sensitivity | None:
    """A private matter stays private; what is normal is not said."""
    return None if message.sensitivity is Sensitivity.NORMAL else message.sensitivity


def _without_bcc(message: Message) -> Message:
    twin = message.copy()
    if twin.bcc:
        twin.bcc = ()
    return twin


def _file_name(message: Message) -> str:
    name = _NO_FILE_NAME.sub("_", one_line(message.subject, 80)).strip(" .")
    return f"{name or 'message'}.eml"
