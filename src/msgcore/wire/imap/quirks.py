"""What servers do otherwise than they say, as data: by greeting, by name and by capability."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import attrs

from msgcore.wire.imap.capabilities import Capabilities

__all__ = ["QUIRKS", "Behaviour", "Quirk", "find_behaviour"]


@attrs.frozen
class Quirk:
    """A kind of server, and what has to be known of it.

    It is one of this kind when all that is given of these holds: ``greeting`` is found in its greeting, ``id_name`` in
    the name that it gives itself (RFC 2971), whatever the letter case, and it has ``capability``.

    What is known: the capabilities that do not work (``without``); the longest command line, in octets, that it takes;
    that it wants ID before the login (``id_first``), refuses CHARSET in searches, names not all mailboxes or none where
    LIST has options (``plain_list``), does not say ENABLED (``silent_enable``), or keeps a copy of what is sent by
    itself (``keeps_sent_copy``); of how many messages a command may be; a ``note`` for who looks after it.
    """

    name: str
    greeting: str | None = None
    id_name: str | None = None
    capability: str | None = None
    without: frozenset[str] = frozenset()
    max_command_octets: int | None = None
    max_messages: int | None = None
    id_first: bool = False
    refuses_charset: bool = False
    plain_list: bool = False
    silent_enable: bool = False
    keeps_sent_copy: bool = False
    note: str = ""

    def fits(self, greeting: str, identity: Mapping[str, str], capabilities: Capabilities) -> bool:
        if self.greeting is None and self.id_name is None and self.capability is None:
            return False
        name = " ".join(identity.get(key, "") for key in ("name", "vendor"))
        return (
            _is_in(self.greeting, greeting)
            and _is_in(self.id_name, name)
            and (self.capability is None or self.capability in capabilities.names)
        )


def _is_in(look: str | None, text: str) -> bool:
    return look is None or re.search(look, text, re.IGNORECASE) is not None


@attrs.frozen
class Behaviour:
    """What is known of a server: of the quirks that fit, and without a quirk what holds for all."""

    quirks: tuple[Quirk, ...] = ()

    @property
    def without(self) -> frozenset[str]:
        return frozenset[str]().union(*(one.without for one in self.quirks))

    @property
    def max_command_octets(self) -> int:
        """The longest command line that is sent. RFC 7162 section 4 asks servers to take 8192."""
        return next((one.max_command_octets for one in self.quirks if one.max_command_octets is not None), 8_000)

    @property
    def max_messages(self) -> int | None:
        return next((one.max_messages for one in self.quirks if one.max_messages is not None), None)

    @property
    def id_first(self) -> bool:
        return any(one.id_first for one in self.quirks)

    @property
    def refuses_charset(self) -> bool:
        return any(one.refuses_charset for one in self.quirks)

    @property
    def plain_list(self) -> bool:
        return any(one.plain_list for one in self.quirks)

    @property
    def silent_enable(self) -> bool:
        return any(one.silent_enable for one in self.quirks)

    @property
    def keeps_sent_copy(self) -> bool:
        """Whether the provider's submission server puts a copy of what is sent into the mailbox by itself."""
        return any(one.keeps_sent_copy for one in self.quirks)

    @property
    def note(self) -> str:
        return "; ".join(one.note for one in self.quirks if one.note)


QUIRKS: tuple[Quirk, ...] = (
    Quirk("Gmail", capability="X-GM-EXT-1", max_command_octets=15_000, keeps_sent_copy=True),
    Quirk(
        "Exchange",
        greeting=r"Microsoft Exchange",
        refuses_charset=True,
        keeps_sent_copy=True,
        without=frozenset({"BINARY"}),
    ),
    Quirk(
        "Exchange 2003",
        greeting=r"Microsoft Exchange Server 2003",
        without=frozenset({"NAMESPACE"}),
    ),
    Quirk(
        "Yahoo",
        id_name=r"Yahoo|\bAOL\b",
        max_command_octets=950,
        max_messages=1_000,
        refuses_charset=True,
    ),
    Quirk("iCloud", capability="XAPPLEPUSHSERVICE", silent_enable=True),
    # 163, 126, yeah.net and 188 refuse SELECT ("Unsafe Login") from clients that have not said who they are.
    Quirk("Coremail", greeting=r"Coremail", id_first=True),
    Quirk("Netease", greeting=r"\b(?:163|126|188|yeah)\b.*IMAP4", id_first=True),
    Quirk("Strato", greeting=r"\bSTRATO\b|perfora\.net", plain_list=True),
    Quirk("ProtonMail Bridge", greeting=r"Proton", plain_list=True, without=frozenset({"LIST-STATUS"})),
    Quirk("Yandex", greeting=r"Yandex", without=frozenset({"BINARY"})),
)


def find_behaviour(
    greeting: str,
    identity: Mapping[str, str],
    capabilities: Capabilities,
    own: Iterable[Quirk] = (),
) -> Behaviour:
    """Find what is known of a server; the caller's ``own`` quirks go before ours."""
    return Behaviour(tuple(one for one in (*own, *QUIRKS) if one.fits(greeting, identity, capabilities)))
