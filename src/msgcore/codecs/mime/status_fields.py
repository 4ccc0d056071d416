"""The fields of message/delivery-status (RFC 3464 section 2), read as leniently as real bounces need."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgcore.base.status import EnhancedStatus
from msgcore.codecs.mime.entity import Entity
from msgcore.codecs.mime.header_block import HeaderBlock
from msgcore.codecs.mime.words import header_text
from msgcore.model.address import SMTP, Address
from msgcore.model.report import ReportAction, ReportedRecipient

__all__ = ["actions_of", "groups_of", "reported_recipients", "status_part", "typed_value"]

_STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_BLANK = re.compile(rb"\n[ \t]*(?:\n[ \t]*)+")
_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
_CODE = re.compile(r"(?:^|[ ;])([245])\d\d[ -]")
_XTEXT = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_ACTIONS = {action.value: action for action in ReportAction}
_ACTION_OF_CLASS = {2: ReportAction.DELIVERED, 4: ReportAction.DELAYED, 5: ReportAction.FAILED}
_CLASS_OF_ACTION = {ReportAction.FAILED: 5, ReportAction.DELAYED: 4}
_MOST_RECIPIENTS = 10_000


def status_part(root: Entity) -> Entity | None:
    """Find the delivery status of a report; one inside an attached message belongs to that."""
    return next((entity for entity in root.walk(into_messages=False) if entity.media_type in _STATUS_PARTS), None)


def groups_of(part: Entity) -> list[HeaderBlock]:
    """Split a delivery status into its groups: the first is about the message, each other about a recipient."""
    octets = part.content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").strip(b" \t\n")
    return [HeaderBlock(group) for group in _BLANK.split(octets)]


def actions_of(part: Entity) -> tuple[ReportAction, ...]:
    return tuple(recipient.action for recipient in reported_recipients(groups_of(part)))


def reported_recipients(groups: list[HeaderBlock]) -> Iterator[ReportedRecipient]:
    """Read the groups that name a recipient; also the first, when a server wrote everything into one."""
    for group in groups[:_MOST_RECIPIENTS]:
        original = _undecoded(group, b"original-recipient")
        named = _undecoded(group, b"final-recipient") or original
        if not named:
            continue
        address = _address(named)
        diagnostic = typed_value(group.text(b"diagnostic-code") or "")[1]
        action, status = _action_and_status(group.text(b"action") or "", group.text(b"status") or "", diagnostic)
        yield ReportedRecipient(
            address,
            action,
            status,
            diagnostic,
            typed_value(group.text(b"remote-mta") or "")[1],
            _unquoted(typed_value(original)[1]),
        )


def _undecoded(group: HeaderBlock, name: bytes) -> str:
    """Give a field's text as it stands: an address never comes from an encoded word."""
    return header_text(group.raw(name) or b"")


def typed_value(text: str) -> tuple[str, str]:
    """Split ``rfc822; bob@b.test`` into its type, in lower case, and its value; the type is empty without one."""
    kind, semicolon, value = text.partition(";")
    if not semicolon or " " in kind.strip() or "@" in kind:
        return "", text.strip()
    return kind.strip().lower(), value.strip()


def _address(text: str) -> Address:
    kind, value = typed_value(text)
    if kind in {"", "rfc822", "utf-8", "unknown"}:
        return Address(SMTP, _unquoted(value))
    return Address(kind.upper(), value)


def _unquoted(value: str) -> str:
    """Take angle brackets and the escapes of RFC 6533 section 3 away."""
    value = value.strip()
    if value.startswith("<") and value.endswith(">"):
        value = value[1:-1]
    return _XTEXT.sub(_character, value)


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    is_harmless = 0x20 < code < 0x110000 and code != 0x7F and not 0xD800 <= code < 0xE000
    return chr(code) if is_harmless else escape[0]


def _action_and_status(action_text: str, status_text: str, diagnostic: str) -> tuple[ReportAction, EnhancedStatus]:
    """Read both, and make each from the other, or from the reply in the diagnostic, where it is missing or nonsense."""
    words = action_text.lower().split()
    action = _ACTIONS.get(words[0].strip(";.,()")) if words else None
    found = _STATUS.search(status_text) or _STATUS.search(diagnostic)
    if found is not None:
        status = EnhancedStatus(int(found[1]), int(found[2]), int(found[3]))
        return action or _ACTION_OF_CLASS[status.klass], status
    if action is None:
        code = _CODE.search(diagnostic)
        action = _ACTION_OF_CLASS[int(code[1])] if code else ReportAction.FAILED
    return action, EnhancedStatus(_CLASS_OF_ACTION.get(action, 2), 0, 0)
