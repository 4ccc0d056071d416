"""Write docs/settings.md, the tables of all settings, from the classes that have them.

What a field is for is said where it is declared (``setting("…")``), or in ``TEXTS`` here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin

import attrs

from msgcore.mta.configuration import sections
from msgcore.mta.listener import IntakeLimits, ListenerSettings, Rate
from msgcore.mta.manager.pace import PaceLimits
from msgcore.mta.manager.retry import RetryPolicy
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.reports.settings import ReportSettings
from msgcore.mta.trust.settings import DkimKey, TrustSettings
from msgcore.profile.spooling import SpoolerSettings
from msgcore.runtime.dns import DnsSettings
from msgcore.spi.registry import gateway, gateway_names, service, service_names
from msgcore.spi.settings import Setting, settings_of

TARGET = Path(__file__).parent.parent / "docs/settings.md"

TEXTS: dict[type[Any], dict[str, str]] = {
    ManagerSettings: {
        "batch": "recipients that are claimed from the queue at once",
        "most_in_hand": "recipients in hand at a time",
        "most_octets_in_hand": "octets of their messages, about",
        "stretch": "messages that one session takes, one behind the other",
        "lease_seconds": "how long what is in hand belongs to this node; its deliveries end within that time",
        "silence_seconds": "a next hop whose sessions have said nothing for so long gets no more meanwhile",
        "poll_seconds": "how often it looks for mail that other processes have taken in",
        "reload_seconds": "how often it looks for a new table of routes, and for what others know of next hops",
        "keep_days": "how long tracking remembers what has ended",
        "retry": "when what was deferred is tried again: a table, see `retry` below",
        "pace": "how much a next hop gets at a time: a table, see `pace` below",
    },
    RetryPolicy: {
        "shortest": "the first wait; each is twice the one before",
        "longest": "the longest wait",
        "jitter": "by which part of itself a wait may be longer, so that what was deferred together is spread",
        "least_tries": "tries before anybody is given up, however late it is",
    },
    PaceLimits: {
        "initial": "deliveries to a hop at a time, at first",
        "most": "deliveries to a hop at a time, at most",
        "feedback": "by how much one delivery changes that; `none`: one part of what it is",
        "cohort_limit": "how many rounds of failures without a success until the hop is down",
        "shortest_wait_seconds": "the first wait for a hop that is down; each is twice the one before",
        "longest_wait_seconds": "the longest",
    },
    OutboundSettings: {
        "tls": 'what TLS to a domain has to show, by domain: `opportunistic`, `encrypt` or `verify`; `"*"`: all others',
        "uses_mta_sts": "fetch the MTA-STS policies of domains and keep to them (extra `http`)",
        "tls_reports_from": "who daily TLS reports come from; without it none are made",
        "organization_name": "stands in those reports",
        "own_names": "names of this MTA besides its host name: no mail goes round, no stranger has results of theirs",
        "own_addresses": "the same of its IP addresses",
        "ca_file": "authorities (PEM) for the hosts of policies and reports, in place of the system's",
        "https_port": "where those hosts are asked",
    },
    ReportSettings: {
        "host": "names the MTA in reports; by default the node's `host_name`",
        "postmaster": "who reports come from, and who gets those that cannot be delivered",
        "delay_notice_after": "how long a message waits until its sender is told; `none`: never",
        "most_returned_octets": "how much of a message a report brings back",
        "most_recipients": "recipients that one report names; more are told in several",
        "own_addresses": "are never reported to",
        "tells_unknown_senders": "report on mail that nothing shows to come from its return path, too",
    },
    TrustSettings: {
        "keys": "keys to sign with: tables, see `keys` below",
        "verifies": "look at what strangers bring: SPF, DKIM, ARC, DMARC",
        "on_dmarc_fail": "what becomes of mail that its domain wants refused",
        "believes_arc_of": "domains whose ARC seals are believed",
        "seals_as": "the domain of a key, of RSA, in whose name what is passed on is sealed (ARC)",
        "verify_seconds": "how long looking may take; what is not known by then is a `temperror`",
        "most_questions": "names that are asked for about one message",
    },
    DkimKey: {
        "domain": "whose mail is signed",
        "selector": "the key is published at SELECTOR._domainkey.DOMAIN",
        "key": "where it lies: `file:PATH`, `env:NAME`; PEM, or 32 octets in base64 (Ed25519)",
    },
    ListenerSettings: {
        "max_message_octets": "the largest message that is taken",
        "max_recipients": "recipients of one message",
        "max_command_octets": "the longest command",
        "max_errors": "errors until a session is ended",
        "max_idle_commands": "commands such as NOOP and RSET since the last message, until it is ended",
        "max_commands": "commands of a session",
        "max_refused_logins": "refused logins until a session is ended",
        "max_hold_seconds": "how long a client may have mail held back (FUTURERELEASE)",
        "command_seconds": "how long a command may take to come",
        "data_seconds": "how long a message may take to come, unless it comes fast enough",
        "min_data_octets_per_second": "what is fast enough behind the first `command_seconds`",
        "session_seconds": "how long a session may last",
        "offers": "the extensions of SMTP, by keyword",
        "forbids_early_pipelining": "end sessions that pipeline before it was offered",
        "shows_clients": "the Received field says where the client is",
        "max_received": "Received fields of a message; more are a circle",
        "max_passes": "those of this host among them",
        "max_connections": "connections of all clients at a time",
        "accept_seconds": "how long the queue may take to commit a message",
        "content_checks": "what sees each message before it is taken: tables with the name, `check`, and its settings",
        "content_check_seconds": "how long all content checks of a message may take; what is late defers it",
        "relay_to": "whose mail is taken from everybody for a server behind this one: patterns such as `*@b.test`",
        "arrives_by": "the connector behind which those are who come here; their mail does not go back that way",
        "limits": "limits of clients and users: a table, see `limits` below",
    },
    IntakeLimits: {
        "connections": "connections of a client at a time",
        "new_connections": "new connections of a client",
        "messages": "messages of a client",
        "recipients": "recipients of a client",
        "octets": "octets of a client",
        "octets_under_way": "octets of all messages that are coming in",
        "refused_commands": "refused commands of a client",
        "bad_recipients": "refused recipients of a client",
        "refused_logins": "refused logins of a client",
        "user_messages": "messages of a user",
        "user_recipients": "recipients of a user",
        "user_refused_logins": "refused logins of a user, from everywhere",
        "all_messages": "messages of all clients",
        "refused_login_seconds": "how long the answer to a refused login waits",
        "greeting_seconds": "how long the greeting waits, for who cannot",
        "idle_seconds": "who has brought nothing for so long may lose his place to another",
        "most_remembered": "clients and users that are counted",
    },
    DnsSettings: {
        "name_servers": "their addresses, with or without a port, in the order of asking; none: the system's",
        "trusts_ad": "believe their own validation: only where nobody else can write into the way to them",
        "trust_anchors": "a file of DS or DNSKEY records in place of the root's keys",
        "validates": "check answers with DNSSEC; `none`: where that is possible (extra `dnssec`)",
        "attempt_seconds": "how long one name server has for an answer",
        "attempts": "how often all are tried",
        "cached_answers": "answers that are kept, none longer than a day",
    },
}  # fmt: skip

KINDS = {
    "str": "text", "int": "number", "float": "number", "bool": "true, false", "Path": "path", "Secret": "reference",
    "ServiceUrl": "URL", "DatabaseUrl": "URL", "Address": "address", "timedelta": "time span", "Mapping": "table",
    "list of str": "list", "Rate": "rate", "RetryPolicy": "table", "PaceLimits": "table", "IntakeLimits": "table",
}  # fmt: skip

# What is worked out where it is used.
DEFAULTS = {(ReportSettings, "host"): "the node's", (ListenerSettings, "offers"): "all"}
EVERYWHERE = {"ehlo_name": "this host's name"}

INTRODUCTION = """\
# All settings

What may stand in the files: the services of [profiles](profiles.md), an [MTA's configuration](running-an-mta.md), and
the options of gateways in [tables of routes](routing.md). The page is made from the classes that read them.
`python -m msgcore services` tells the same of what you have installed, plug-ins among it.

- A key without a default has to be given.
- A **path** that is relative is taken from the folder of the file.
- A **reference** says where a secret is, and is never the secret itself: `env:NAME`, `file:PATH`,
  [and others](profiles.md#secrets).
- A **time span** is a text such as `"90s"`, `"5m"`, `"4h"` or `"5d"`.
- A **rate** is a table: `{ count = 600, seconds = 60 }`.
- An **address** is `"SMTP:ann@a.test"`, or `"ann@a.test"`.
- In an MTA's configuration what may have no limit takes the text `"none"`.
- What may stand **in the URL**, too, may so where a service is opened by URL (`open_transport`), not in a file.
- Units stand in the names: `_seconds`, `_octets`, `_days`.
"""

SERVICES = """\
## Services in a profile

Each stands in a table `[[services]]`, with the key `service` for its kind. Besides what follows each takes:

| key | kind | default | what it is |
| --- | --- | --- | --- |
| `service` | text |  | the kind of service |
| `name` | text | the kind | what the service is called; two of a kind need different ones |
| `default_store` | true, false | `false` | its store is the one of the session |
| `primary_identity` | true, false | `false` | mail without From comes from its address |
| `hook` | true, false | `false` | no mail goes past it: [hooks](sending.md#hooks) |

Above all tables may stand `transport_order = ["name", …]` and `spooler = { … }`.
"""

MTA = """\
## The configuration of an MTA

The file of [`python -m msgcore mta FILE`](running-an-mta.md).
"""

GATEWAYS = """\
## Gateways

The `options` of a [connector](routing.md) that names the gateway. Each is a text, whatever its kind:
`{ idle_seconds = "60" }`. Blanks part what is a list, or it is JSON: `{ command = '["/bin/x", "two words"]' }`.
Paths and `file:` are taken from the folder of the organisation's SQLite file, wherever the table was read; with
PostgreSQL from the current folder.
"""


def page() -> str:
    """Give the whole page."""
    return "\n".join((INTRODUCTION, SERVICES, *_services(), MTA, *_sections(), GATEWAYS, *_gateways())).rstrip() + "\n"


def _services() -> Iterator[str]:
    kinds: dict[Any, list[str]] = {}
    for name in service_names():
        if _is_ours(service(name)):
            kinds.setdefault(service(name), []).append(name)
    yield _part("### The table `spooler`, above all services", SpoolerSettings)
    for kind, names in kinds.items():
        yield _part(f"### {', '.join(f'`{name}`' for name in names)}", kind.config_type, first_line(kind.config_type))


def _sections() -> Iterator[str]:
    taken = set(sections.ListenSection(port=25).arguments("mx")) | {"reports"}
    yield _part("### `[organization]`", sections.OrganizationSection)
    yield _part("### `[node]`", (sections.NodeSection, ManagerSettings), left_out=taken)
    yield _part("#### `retry`, in `[node]`", RetryPolicy)
    yield _part("#### `pace`, in `[node]`", PaceLimits)
    yield _part("### `[[listen]]`, once for each place", (sections.ListenSection, ListenerSettings), left_out=taken)
    yield _part("#### `limits`, in `[[listen]]`", IntakeLimits, LIMITS, left_out={"exempt"})
    yield _part("### `[names]`", DnsSettings)
    yield _part("### `[outbound]`", OutboundSettings)
    yield _part("### `[trust]`", TrustSettings)
    yield _part("#### `keys`, in `[trust]`", DkimKey)
    yield _part("### `[reports]`", ReportSettings)
    yield _part("### `[routes]`", sections.RoutesSection, ROUTES)
    yield _part("### `[metrics]`", sections.MetricsSection)
    yield _part("### `[workers]`", sections.WorkersSection)
    yield _part("### `[logging]`", sections.LoggingSection)


LIMITS = "A client is an address of IPv4, or a network /64 of IPv6."
ROUTES = "In place of `file` the [table itself](routing.md) may stand here: `connectors`, `policy` and so on."


def _gateways() -> Iterator[str]:
    for name in gateway_names():
        if _is_ours(gateway(name)):
            yield _part(f"### `{name}`", gateway(name).config_type, first_line(gateway(name).config_type))
    yield "### `mailbox`\n\nDelivers into the mailboxes of the organisation. It has no options.\n"


def _is_ours(kind: Any) -> bool:
    """Leave out plug-ins, and doubles that a test has registered in this process."""
    return kind.__module__.startswith("msgcore.") and not kind.__module__.startswith("msgcore.testing.")


def _part(
    title: str, kinds: type[Any] | tuple[type[Any], ...], text: str = "", left_out: Iterable[str] = frozenset()
) -> str:
    """Give the table of one section; of ``left_out`` only what the first of several classes has."""
    first, *rest = kinds if isinstance(kinds, tuple) else (kinds,)
    taken = set(settings_of(first)) if rest else set(left_out)
    found = [(first, one) for one in settings_of(first).values() if rest or one.name not in taken]
    found += [(kind, one) for kind in rest for one in settings_of(kind).values() if one.name not in {*taken, *left_out}]
    written = [(kind, one) for kind, one in found if one.kind != "Callable"]  # a function is for Python only
    rows = [_row(kind, one) for kind, one in sorted(written, key=lambda each: not each[1].is_required)]
    head = ["| key | kind | default | what it is |", "| --- | --- | --- | --- |"]
    return "\n".join([title, "", *([text, ""] if text else []), *head, *rows, ""])


def _row(kind: type[Any], one: Setting) -> str:
    text = one.text or TEXTS.get(kind, {}).get(one.name, "")
    if not text:
        raise ValueError(f"{kind.__name__}.{one.name}: nothing says what it is for; write it into TEXTS")
    in_url = "; also in the URL" if one.in_url and "url" in settings_of(kind) else ""
    return f"| `{one.name}` | {_kind(one)} | {_default(kind, one)} | {text.replace('|', chr(92) + '|')}{in_url} |"


def _kind(one: Setting) -> str:
    if get_origin(one.hint) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(one.hint))
    if isinstance(one.hint, type) and issubclass(one.hint, Enum):
        return ", ".join(f"`{value.value}`" for value in one.hint)
    if one.is_list:
        return "list"
    return KINDS[one.kind]


def _default(kind: type[Any], one: Setting) -> str:
    if one.is_required:
        return ""
    field = next(field for field in attrs.fields(kind) if (field.alias or field.name) == one.name)
    value = field.default.factory() if isinstance(field.default, attrs.Factory) else field.default  # type: ignore[arg-type]  # attrs types Factory as a function
    return DEFAULTS.get((kind, one.name)) or EVERYWHERE.get(one.name) or _written(value)


def _written(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case timedelta():
            return f'`"{_span(value)}"`'
        case int():
            return f"{value:_}"
        case float():
            return f"{value:_.0f}" if value.is_integer() else f"{value:g}"
        case Rate():
            return f"{value.count:_} in {value.seconds:_.0f} s"
        case Enum():
            return f"`{value.value}`"
        case str():
            return f'`"{value}"`' if value else "empty"
        case Mapping() | tuple() | frozenset():
            return ", ".join(f"`{one}`" for one in sorted(map(str, cast("Iterable[object]", value)))) or "empty"
        case _ if attrs.has(type(value)):
            return "below"
        case _:
            return f"`{value}`"


def _span(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def first_line(kind: type[Any]) -> str:
    """Give what a class says of itself."""
    lines = (kind.__doc__ or "").strip().splitlines()
    return "" if not lines or lines[0].startswith("Method generated") else lines[0].replace("``", "`")


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
