"""Rules for IMAP servers: how safe a login is, and what can be done with the mailboxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from msgcore.session.probe.common_rules import (
    SeenTls,
    Violation,
    auth_mechanisms,
    certificate,
    greeting_version,
    passes,
    tls_version,
    unknown,
    violation,
)
from msgcore.session.probe.report import Check
from msgcore.wire.imap import Capabilities
from msgcore.wire.imap.quirks import find_behaviour
from msgcore.wire.imap.responses import Status

__all__ = ["Seen", "abilities_of", "checks_of"]

_REVEALING = {"LOGIN", "OAUTHBEARER", "PLAIN", "PLAIN-CLIENTTOKEN", "XOAUTH", "XOAUTH2"}
_NO_SESSION = "the server takes no session"

# What is offered, by rule: its capabilities, of which one is enough, and what they are good for.
_ABILITIES = (
    ("rev2", ("IMAP4REV2",), "names in UTF-8, and the usual extensions without asking"),
    ("idle", ("IDLE",), "new mail of one mailbox is told at once"),
    ("notify", ("NOTIFY",), "changes of all mailboxes are told at once"),
    ("condstore", ("CONDSTORE",), "only what has changed is looked at again"),
    ("qresync", ("QRESYNC",), "what changed and what was deleted meanwhile is told when a mailbox is opened"),
    ("unique-ids", ("UIDPLUS",), "what is appended, copied or expunged is known by its unique id"),
    ("move", ("MOVE",), "messages are moved in one step"),
    ("search-results", ("ESEARCH",), "results of searches come as ranges"),
    ("sort", ("SORT", "SORT=DISPLAY"), "the server sorts"),
    ("threads", ("THREAD=REFERENCES", "THREAD=REFS", "THREAD=ORDEREDSUBJECT"), "the server threads"),
    ("special-use", ("SPECIAL-USE",), "it says which mailboxes are for sent mail, drafts, junk and so on"),
    ("list-status", ("LIST-STATUS",), "all mailboxes with their numbers of messages come by one command"),
    ("literals", ("LITERAL+", "LITERAL-"), "what is sent need not wait for a go-ahead"),
    ("multiappend", ("MULTIAPPEND",), "many messages are appended at once"),
    ("binary", ("BINARY",), "parts are sent without their transfer encoding"),
    ("object-ids", ("OBJECTID",), "mailboxes and messages have ids that last"),
    ("compress", ("COMPRESS=DEFLATE",), "the connection is compressed"),
    ("utf8", ("UTF8=ACCEPT", "UTF8=ONLY"), "addresses and headers in UTF-8"),
    ("quota", ("QUOTA", "QUOTA=RES-STORAGE"), "it says how much room is left"),
    ("acl", ("ACL",), "mailboxes can be shared"),
)


@attrs.define(kw_only=True)
class Seen(SeenTls):
    """What one session showed: answers by what they answer to, and the capabilities in clear and in TLS.

    ``told`` are those that the greeting has. ``clear`` and ``secured`` are ``None`` where nobody asked, and where the
    server does not say. ``identity`` is who it says that it is.
    """

    greeting: Status
    replies: dict[str, str] = attrs.field(factory=dict[str, str])
    told: Capabilities | None = None
    clear: Capabilities | None = None
    secured: Capabilities | None = None
    identity: Mapping[str, str] = attrs.field(factory=dict[str, str])

    @property
    def takes_sessions(self) -> bool:
        return self.greeting.word != "BYE"

    @property
    def is_preauthenticated(self) -> bool:
        return self.greeting.word == "PREAUTH"

    @property
    def offers(self) -> Capabilities | None:
        """What holds in the end: inside TLS where there is TLS."""
        return self.secured if self.tls is not None else self.clear

    @property
    def names(self) -> frozenset[str]:
        return frozenset[str]() if self.offers is None else self.offers.names

    def has(self, name: str) -> bool:
        return self.offers is not None and self.offers.has(name)


def checks_of(seen: Seen, injection: Violation) -> tuple[Check, ...]:
    """Judge what was seen, rule by rule."""
    offered = () if seen.offers is None else seen.offers.mechanisms
    version = seen.identity.get("version", "")
    return (
        _starttls(seen),
        _preauth(seen),
        certificate(seen),
        tls_version(seen),
        _auth_in_clear(seen),
        auth_mechanisms(offered, "no SASL is offered: the login is by LOGIN, if at all"),
        violation("starttls-injection", injection, "a command sent in clear behind STARTTLS is obeyed inside TLS"),
        passes("greeting-version", False, f"ID names {version}") if version else greeting_version(seen.greeting.text),
    )


def abilities_of(seen: Seen) -> tuple[Check, ...]:
    """Say what can be done with the mailboxes, as far as the server says so before a login."""
    offered = (_ability(seen, *one) for one in _ABILITIES)
    return (_capabilities(seen), _login(seen), _identity(seen), *offered, _append_limit(seen))


def _starttls(seen: Seen) -> Check:
    if seen.is_implicit:
        return passes("starttls", True, "TLS from the first octet")
    if not seen.takes_sessions:
        return unknown("starttls", _NO_SESSION)
    if seen.is_preauthenticated:
        return passes("starttls", False, "PREAUTH: TLS cannot start any more")
    answer = seen.replies.get("starttls", "OK")
    if not answer.startswith("OK"):
        return passes("starttls", False, f"offered and refused: {answer}")
    is_offered = seen.clear is not None and seen.clear.has("STARTTLS")
    return passes("starttls", is_offered, "offered" if is_offered else "not offered")


def _preauth(seen: Seen) -> Check:
    """RFC 9051 section 7.1.4: who writes into the connection can so prevent STARTTLS."""
    if not seen.takes_sessions:
        return unknown("preauth", _NO_SESSION)
    if seen.is_preauthenticated:
        return passes("preauth", False, "PREAUTH: whoever connects is logged in, or somebody writes that")
    return passes("preauth", True, "a login is needed")


def _auth_in_clear(seen: Seen) -> Check:
    if seen.is_implicit:
        return passes("auth-in-clear", True, "nothing is said in clear")
    if seen.clear is None or seen.is_preauthenticated:
        return unknown("auth-in-clear", "PREAUTH" if seen.is_preauthenticated else "not said")
    revealing = [one for one in seen.clear.mechanisms if one in _REVEALING]
    offered = [*([] if seen.clear.has("LOGINDISABLED") else ["LOGIN"]), *(f"AUTH={one}" for one in revealing)]
    if offered:
        return passes("auth-in-clear", False, f"{', '.join(offered)}: the password can be read on the way")
    others = " ".join(seen.clear.mechanisms)
    return passes("auth-in-clear", True, f"LOGINDISABLED{'; ' if others else ''}{others}")


def _capabilities(seen: Seen) -> Check:
    """Whether what is said of the capabilities can be true, as far as that is seen without a login."""
    if not seen.takes_sessions:
        return unknown("capabilities", _NO_SESSION)
    if seen.offers is None:
        return passes("capabilities", False, "no answer to CAPABILITY: it does not say what it can")
    lies = list(_lies(seen, seen.offers))
    return passes("capabilities", not lies, "; ".join(lies) or f"{len(seen.names)} are told, and nothing belies them")


def _lies(seen: Seen, offers: Capabilities) -> Iterator[str]:
    if not offers.names & {"IMAP4REV1", "IMAP4REV2"}:
        yield "neither IMAP4rev1 nor IMAP4rev2 is among them"
    asked = seen.secured if seen.is_implicit else seen.clear
    if seen.told is not None and asked is not None and seen.told.names - asked.names:
        yield f"only the greeting has {' '.join(sorted(seen.told.names - asked.names))}"
    if seen.tls is not None and "STARTTLS" in offers.names:
        yield "STARTTLS is offered inside TLS"
    if "QRESYNC" in offers.names and not offers.has("ENABLE"):
        yield "QRESYNC is offered without ENABLE, which it needs"
    refused = seen.replies.get("identify", "OK")
    if not refused.startswith("OK"):
        yield f"ID is offered and refused: {refused}"
    for quirk in find_behaviour(seen.greeting.text, seen.identity, offers).quirks:
        if vain := quirk.without & offers.names:
            yield f"{' '.join(sorted(vain))} does not work at {quirk.name}"


def _login(seen: Seen) -> Check:
    if seen.is_preauthenticated:
        return passes("login", True, "PREAUTH: there is none")
    if seen.offers is None:
        return unknown("login", "not said")
    mechanisms = " ".join(seen.offers.mechanisms)
    ways = [f"AUTHENTICATE {mechanisms}"] if mechanisms else []
    ways += [] if seen.offers.has("LOGINDISABLED") else ["LOGIN"]
    needs = "no SASL, and LOGINDISABLED" + ("" if seen.tls else " as long as there is no TLS")
    return passes("login", bool(ways), ", ".join(ways) or needs)


def _identity(seen: Seen) -> Check:
    said = ", ".join(f"{key} {text}" for key, text in seen.identity.items())
    return passes("identity", True, f"ID: {said}") if said else unknown("identity", "it does not say who it is")


def _ability(seen: Seen, rule: str, capabilities: tuple[str, ...], good: str) -> Check:
    found = next((name for name in capabilities if seen.has(name)), None)
    if found is not None:
        return passes(rule, True, f"{found}: {good}")
    return _missing(seen, rule, capabilities[0])


def _append_limit(seen: Seen) -> Check:
    limit = None if seen.offers is None else seen.offers.append_limit
    if limit is not None:
        return passes("append-limit", True, f"APPENDLIMIT: messages of up to {limit} octets are taken")
    if seen.has("APPENDLIMIT"):
        return passes("append-limit", True, "APPENDLIMIT: each mailbox says how large a message it takes")
    return _missing(seen, "append-limit", "APPENDLIMIT")


def _missing(seen: Seen, rule: str, capability: str) -> Check:
    if seen.offers is None:
        return unknown(rule, "not said")
    if seen.is_preauthenticated:
        return passes(rule, False, f"no {capability}")
    return unknown(rule, f"{capability} is told after the login, if at all")
