"""What became of a message, recipient by recipient."""

from __future__ import annotations

import enum
from collections.abc import ItemsView, Iterator, Mapping, ValuesView

import attrs

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.errors import MalformedMessage, NotAccepted, PluginBroken
from msgcore.model.recipient import Recipient

__all__ = [
    "Accepted",
    "Certainty",
    "Deferred",
    "Delivered",
    "NotMe",
    "Outcome",
    "Outcomes",
    "Pending",
    "Refused",
    "Unknown",
    "outcome_fields",
    "outcome_of_fields",
    "outcome_of_reply",
]


class Certainty(enum.Enum):
    """Whether the message may have left."""

    NOT_SENT = "not_sent"
    SENT = "sent"
    UNKNOWN = "unknown"


def _status(given: EnhancedStatus | str | None) -> EnhancedStatus | None:
    try:
        return EnhancedStatus.parse(given) if isinstance(given, str) else given
    except MalformedMessage as error:
        # A transport writes this: it must not pass for an error of the message, which would refuse it for good.
        raise PluginBroken(f"enhanced={given!r}: need a status such as '5.1.1', or leave it out") from error


@attrs.frozen
class Outcome:
    """One recipient's lot: the reply's ``code``, its ``enhanced`` status, its ``text``, and the ``stage`` it came at.

    ``note`` says what else the caller should know, such as a certificate that could not be verified;
    ``is_connection_usable``: whether the connection took it well, and could carry another message. ``remote_mta`` is
    the name of the host that said it, where that is none of the next hop's names: an MX host of a domain.
    """

    code: int | None = None
    enhanced: EnhancedStatus | None = attrs.field(default=None, converter=_status)
    text: str = attrs.field(default="", eq=False)
    stage: str = attrs.field(default="", eq=False)
    note: str = attrs.field(default="", eq=False)
    is_connection_usable: bool = attrs.field(default=True, eq=False, kw_only=True)
    remote_mta: str = attrs.field(default="", eq=False, kw_only=True)

    @property
    def certainty(self) -> Certainty:
        return Certainty.NOT_SENT

    @property
    def is_final(self) -> bool:
        """Whether nothing more will be tried for this recipient."""
        return True

    def __str__(self) -> str:
        code = "" if self.code is None else str(self.code)
        status = "" if self.enhanced is None else str(self.enhanced)
        return " ".join(part for part in (type(self).__name__.lower(), code, status, self.text) if part)


@attrs.frozen(str=False)
class Accepted(Outcome):
    """A next hop took responsibility.

    ``reports_itself``: it was given what the sender asks for (RFC 3461) and will tell of success itself. Where it does
    not, whoever handed the message over tells a sender who wants to know that it was relayed (section 5.2.2 there).
    """

    reports_itself: bool = attrs.field(default=False, eq=False, kw_only=True)

    @property
    def certainty(self) -> Certainty:
        return Certainty.SENT


@attrs.frozen(str=False)
class Delivered(Outcome):
    """The message is in the recipient's mailbox."""

    @property
    def certainty(self) -> Certainty:
        return Certainty.SENT


@attrs.frozen(str=False)
class Deferred(Outcome):
    """Not now: it is tried again (4yz, a lost connection, a full disk)."""

    @property
    def is_final(self) -> bool:
        return False


@attrs.frozen(str=False)
class Refused(Outcome):
    """No, for good (5yz, no route, no such mailbox)."""


@attrs.frozen(str=False)
class NotMe(Refused):
    """Not by this transport (MAPI_E_NOT_ME): the session asks the next one that takes the address type.

    Nothing was sent. When none is left, the recipient is refused. To everybody else it is a refusal.
    """


@attrs.frozen(str=False)
class Unknown(Outcome):
    """The connection was lost between the end of the data and the reply: it may have been taken."""

    @property
    def certainty(self) -> Certainty:
        return Certainty.UNKNOWN


@attrs.frozen(str=False)
class Pending(Outcome):
    """Nothing has been tried yet."""

    @property
    def is_final(self) -> bool:
        return False


_ACCEPTED = (Accepted, Delivered)


class Outcomes(Mapping[Recipient, Outcome]):
    """An outcome for each recipient, found by recipient, by ``"bob@b.test"`` or by ``"TYPE:value"``."""

    __slots__ = ("_by_recipient",)

    def __init__(self, by_recipient: Mapping[Recipient, Outcome]) -> None:
        self._by_recipient = dict(by_recipient)

    def __getitem__(self, key: Recipient | str) -> Outcome:
        if isinstance(key, Recipient):
            return self._by_recipient[key]
        wanted = key.casefold()
        for recipient, outcome in self._by_recipient.items():
            address = recipient.address
            if wanted in {address.email_address.casefold(), address.typed.casefold()}:
                return outcome
        raise KeyError(key)

    def __iter__(self) -> Iterator[Recipient]:
        return iter(self._by_recipient)

    def __len__(self) -> int:
        return len(self._by_recipient)

    def items(self) -> ItemsView[Recipient, Outcome]:
        return self._by_recipient.items()

    def values(self) -> ValuesView[Outcome]:
        return self._by_recipient.values()

    def _of(self, *kinds: type[Outcome]) -> Mapping[Recipient, Outcome]:
        return {recipient: outcome for recipient, outcome in self.items() if isinstance(outcome, kinds)}

    @property
    def accepted(self) -> Mapping[Recipient, Outcome]:
        """Those whose message a next hop took, or that have it."""
        return self._of(Accepted, Delivered)

    @property
    def refused(self) -> Mapping[Recipient, Outcome]:
        """Those for whom the answer is no, for good."""
        return self._of(Refused)

    @property
    def deferred(self) -> Mapping[Recipient, Outcome]:
        """Those for whom it may be tried again."""
        return self._of(Deferred)

    @property
    def unknown(self) -> Mapping[Recipient, Outcome]:
        """Those who may or may not have the message."""
        return self._of(Unknown)

    @property
    def not_accepted(self) -> Mapping[Recipient, Outcome]:
        return {r: outcome for r, outcome in self._by_recipient.items() if not isinstance(outcome, _ACCEPTED)}

    @property
    def all_accepted(self) -> bool:
        return not self.not_accepted

    def raise_unless_accepted(self) -> Outcomes:
        """Give the outcomes back when every recipient was accepted.

        Raises:
            NotAccepted: some recipient was not.
        """
        if not self.all_accepted:
            raise NotAccepted(self)
        return self

    def __repr__(self) -> str:
        return "Outcomes({" + ", ".join(f"{r.address.typed}: {outcome}" for r, outcome in self.items()) + "})"

    def __str__(self) -> str:
        return "\n".join(f"{recipient}: {outcome}" for recipient, outcome in self.items())


def outcome_of_reply(reply: Reply, stage: str, note: str = "") -> Outcome:
    """Turn a server's reply to a recipient or to the data into an outcome."""
    kind = Accepted if reply.is_positive else Refused if reply.is_permanent else Deferred
    return kind(reply.code, reply.enhanced, reply.text, stage, note)


_MOST_CHARACTERS = 10_000

_KINDS: dict[str, type[Outcome]] = {
    kind.__name__.lower(): kind for kind in (Accepted, Delivered, Deferred, Refused, Unknown, Pending)
}


def outcome_fields(outcome: Outcome) -> tuple[str, int | None, str | None, str, str, str]:
    """Give an outcome as plain values for a database: kind, code, enhanced status, text, stage, note.

    Of a text that is longer than 10,000 characters, as a web server's page of an error may be, the beginning is given.
    """
    enhanced = None if outcome.enhanced is None else str(outcome.enhanced)
    text, stage, note = (one[:_MOST_CHARACTERS] for one in (outcome.text, outcome.stage, outcome.note))
    return type(outcome).__name__.lower(), outcome.code, enhanced, text, stage, note


def outcome_of_fields(kind: str, code: int | None, enhanced: str | None, text: str, stage: str, note: str) -> Outcome:
    """Read what :func:`outcome_fields` gave."""
    return _KINDS[kind](code, enhanced, text, stage, note)
