"""Categories of a message that is changed: which of them keywords say, beside those that it says itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import attrs

from msgcore.model.message import Message
from msgcore.props.table import PidNameKeywords
from msgcore.providers.imap.flags import categories_in
from msgcore.wire.imap.command import is_flag

__all__ = ["Marks", "can_be_appended", "flags_beside", "keywords_for", "marks_for", "saying_its_categories"]

# Fewer characters than an atom may have (RFC 9051 section 9), and no more than Dovecot takes.
_KEYWORD = re.compile(r"(?!nil$)[0-9a-z!#&'+,./:;<=>?@^_`|~-]{1,50}", re.IGNORECASE)
_SYSTEM_FLAGS = frozenset({"\\seen", "\\answered", "\\flagged", "\\deleted", "\\draft"})


@attrs.frozen
class Marks:
    """The keywords that a message gets, and those that it loses."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def marks_for(said: Sequence[str], wanted: Sequence[str], flags: Iterable[str]) -> Marks | None:
    """Say which keywords give the ``wanted`` categories to a message that says some itself and has these flags.

    ``None``: keywords cannot say it, because one is none, or because of what the message says.
    """
    rest = tuple(wanted[len(said) :])
    names, own = _names(rest), _names(said)
    there = {one.lower(): one for one in categories_in(flags)}
    if tuple(wanted[: len(said)]) != tuple(said) or len(names) < len(rest) or names & own:
        return None
    if not all(_is_keyword(one) and there.get(one.lower(), one) == one for one in rest):
        return None
    removed = tuple(one for name, one in there.items() if name not in names | own)
    if not all(map(is_flag, removed)):
        return None
    return Marks(tuple(one for one in rest if one.lower() not in there), removed)


def keywords_for(message: Message) -> tuple[str, ...]:
    """Give the keywords that a message is saved with: the categories that somebody gave it.

    What a letter says by itself is its sender's word, and makes no keywords in a mailbox.
    """
    wanted = message.get(PidNameKeywords, ())
    source = message.source
    if wanted and source is not None and not message.properties_set.was_changed(PidNameKeywords):
        said = _names(Message.from_source(source).get(PidNameKeywords, ()))
        wanted = tuple(one for one in wanted if one.lower() not in said)
    return tuple({one.lower(): one for one in reversed(wanted) if _is_keyword(one)}.values())[::-1]


def flags_beside(flags: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """Give the flags that stay with a message which has the ``wanted`` categories now, as they can be appended."""
    known = tuple(flags)
    lost = frozenset(categories_in(known)) - {one for one in known if one.lower() in _names(wanted)}
    return tuple(one for one in known if one not in lost and can_be_appended(one))


def can_be_appended(flag: str) -> bool:
    """Say whether a flag can be given back to a server: some name what no client may say, as Gmail does ``[x]``."""
    return flag.lower() in _SYSTEM_FLAGS if flag[:1] == "\\" else is_flag(flag)


def saying_its_categories(message: Message, flags: Iterable[str]) -> Message:
    """Give a message that, with these flags, has the categories of ``message``; that one itself, if it does."""
    source = message.source
    if source is None or message.properties_set.was_changed(PidNameKeywords):
        return message
    # What it has beyond its octets it has from flags: from these, or from those of another place.
    wanted = message.get(PidNameKeywords, ())
    said = Message.from_source(source).get(PidNameKeywords, ())
    if _names(wanted) <= _names(said) | _names(categories_in(filter(can_be_appended, flags))):
        return message
    saying = message.copy()
    saying[PidNameKeywords] = wanted
    return saying


def _is_keyword(category: str) -> bool:
    return _KEYWORD.fullmatch(category) is not None and categories_in((category,)) != ()


def _names(categories: Iterable[str]) -> frozenset[str]:
    return frozenset(one.lower() for one in categories)
