"""SELECT and EXAMINE: opening a mailbox, and what is said of it then (RFC 9051 section 6.3.2, RFC 7162, RFC 8474)."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from msgcore.wire.imap.server.answer import Answer, bad, ok
from msgcore.wire.imap.server.arguments import Arguments
from msgcore.wire.imap.server.selected import Selected
from msgcore.wire.imap.server.terms import Terms
from msgcore.wire.imap.server.write_data import flag_list
from msgcore.wire.imap.uid_set import MAX_UID, UidSet

__all__ = ["Known", "say_opened", "take_known"]

_SYSTEM_FLAGS = frozenset({"\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"})


@attrs.frozen
class Known:
    """What a client knows of a mailbox already (RFC 7162 section 3.2.5)."""

    uid_validity: int
    modseq: int
    uids: UidSet | None = None


def take_known(arguments: Arguments, terms: Terms) -> Known | None:
    """Take the parameters behind a mailbox's name.

    Raises:
        Refusal: what they are of is not offered, or not enabled.
    """
    if not arguments.has(b" ("):
        return None
    known: Known | None = None
    if "CONDSTORE" in terms.offers and arguments.has_word(b"CONDSTORE"):
        terms.enable_condstore()
    elif arguments.has_word(b"QRESYNC") and "QRESYNC" in terms.enabled:
        known = _take_qresync(arguments)
    else:
        raise bad("no such parameter")
    arguments.need(b")")
    return known


def _take_qresync(arguments: Arguments) -> Known:
    arguments.need(b" (")
    uid_validity = arguments.number()
    arguments.space()
    modseq = arguments.number()
    uids: UidSet | None = None
    if arguments.has(b" ") and arguments.is_set_next():
        uids = arguments.numbers(MAX_UID)
        arguments.has(b" ")
    if arguments.has(b"("):  # which numbers some of them had: no use here
        arguments.numbers(MAX_UID)
        arguments.space()
        arguments.numbers(MAX_UID)
        arguments.need(b")")
    arguments.need(b")")
    return Known(uid_validity, modseq, uids)


def say_opened(selected: Selected, terms: Terms, known: Known | None) -> Answer:
    """Say what a mailbox is, and what has changed since the client knew it."""
    word = "READ-ONLY" if selected.is_read_only else "READ-WRITE"
    return ok("opened", *_facts(selected, terms), *_resynced(selected, known), code=word)


def _facts(selected: Selected, terms: Terms) -> Iterator[bytes]:
    mailbox, view = selected.mailbox, selected.view
    permanent = () if selected.is_read_only else mailbox.permanent_flags
    used = {flag for message in view.messages.values() for flag in message.flags}
    yield b"* FLAGS %b\r\n" % flag_list(_SYSTEM_FLAGS | used | (set(mailbox.permanent_flags) - {"\\*"}))
    yield b"* %d EXISTS\r\n" % len(view.uids)
    if "IMAP4REV2" not in terms.enabled:
        yield b"* 0 RECENT\r\n"
    yield b"* OK [PERMANENTFLAGS %b] these stay\r\n" % flag_list(permanent)
    yield b"* OK [UIDNEXT %d] the next one\r\n" % mailbox.uid_next
    yield b"* OK [UIDVALIDITY %d] as before\r\n" % mailbox.uid_validity
    if "CONDSTORE" in terms.offers:
        yield b"* OK [HIGHESTMODSEQ %d] so far\r\n" % mailbox.highest_modseq
    if "OBJECTID" in terms.offers:
        yield b"* OK [MAILBOXID (%b)] for good\r\n" % mailbox.mailbox_id.encode()


def _resynced(selected: Selected, known: Known | None) -> Iterator[bytes]:
    mailbox, view = selected.mailbox, selected.view
    if known is None or known.uid_validity != mailbox.uid_validity:
        return
    gone = [uid for uid in mailbox.vanished_since(known.modseq) if known.uids is None or uid in known.uids]
    if gone:
        yield b"* VANISHED (EARLIER) %b\r\n" % bytes(UidSet.of(gone))
    for number, uid in enumerate(view.uids, 1):
        message = view.messages[uid]
        if message.modseq > known.modseq and (known.uids is None or uid in known.uids):
            flags = flag_list(message.flags)
            yield b"* %d FETCH (UID %d FLAGS %b MODSEQ (%d))\r\n" % (number, uid, flags, message.modseq)
