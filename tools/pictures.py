"""Draws the pictures of the concepts into ``docs/pictures``: ``python tools/pictures.py``.

The floors come from the table that a test holds, and the choice of a route is one that the library makes, so these two
cannot say what the code does not do. A test holds that the files are what is drawn here.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from msgcore.mta import AddressSpace, Connector, LinkState, MessageFacts, RouteTable, Verdict

__all__ = ["PICTURES"]

_REPOSITORY = Path(__file__).parent.parent
_LETTER = 6.3  # the mean width of a letter of the small text
_LINE = 16
# Each kind of box, light and dark: fill, stroke.
_KINDS = {
    "ours": ("#e8f0fe", "#3b6fd4", "#1d2b4a", "#7ba2f0"),
    "plug-in": ("#e6f4ea", "#2f8a4e", "#173324", "#62bd82"),
    "mta": ("#f3e8fd", "#8447c9", "#2f2044", "#b98be8"),
    "theirs": ("#f6f6f4", "#77705d", "#2a2b2e", "#a39c88"),
    "group": ("none", "#9aa3b2", "none", "#5d6675"),
    "good": ("#e6f4ea", "#2f8a4e", "#173324", "#62bd82"),
    "bad": ("#fce8e6", "#c5443a", "#421f1c", "#e8827a"),
}
_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
_STYLE = "\n".join(
    [
        f"text {{ font-family: {_FONT}; font-size: 12px; fill: #3c4453 }}",
        ".title { font-size: 16px; font-weight: 600; fill: #1f2430 }",
        ".name { font-size: 13px; font-weight: 600; fill: #1f2430 }",
        ".middle { text-anchor: middle }",
        ".page { fill: #ffffff }",
        ".arrow { fill: none; stroke: #5b6472; stroke-width: 1.5 }",
        ".head { fill: #5b6472 }",
        ".box { stroke-width: 1.3 }",
        *(f".{kind} {{ fill: {fill}; stroke: {stroke} }}" for kind, (fill, stroke, _, _) in _KINDS.items()),
        ".group { stroke-dasharray: 5 4 }",
        "@media (prefers-color-scheme: dark) {",
        "text { fill: #c3c9d4 }",
        ".title, .name { fill: #eef0f4 }",
        ".page { fill: #16181d }",
        ".arrow { stroke: #97a0af }",
        ".head { fill: #97a0af }",
        *(f".{kind} {{ fill: {fill}; stroke: {stroke} }}" for kind, (_, _, fill, stroke) in _KINDS.items()),
        "}",
    ]
)


class _Sheet:
    """A picture that grows; x and y are those of the upper left corner."""

    def __init__(self, width: int, height: int, title: str, description: str) -> None:
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title description">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(description)}</desc>',
            f"<style>\n{_STYLE}\n</style>",
            f'<rect class="page" width="{width}" height="{height}" rx="6"/>',
        ]
        self.text(20, 30, title, "title")

    def text(self, x: float, y: float, text: str, kind: str = "small") -> None:
        self._parts.append(f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(text)}</text>')

    def box(self, x: int, y: int, width: int, height: int, name: str, text: str = "", kind: str = "ours") -> None:
        """Draw a box with a name and what it is, in the middle of it; of a group they stand at its top."""
        self._parts.append(f'<rect class="box {kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="5"/>')
        lines = textwrap.wrap(text, int((width - 12) / _LETTER)) if text else []
        first = y + 19 if kind == "group" else y + (height - _LINE * len(lines)) / 2 + 4
        if name:
            self.text(x + width / 2, first, name, "name middle")
        for number, line in enumerate(lines, start=1):
            self.text(x + width / 2, first + _LINE * number, line, "middle")

    def arrow(self, *points: tuple[float, float]) -> None:
        """Draw a line through points, with a head at its end."""
        (x, y), (before_x, before_y) = points[-1], points[-2]
        way = " L".join(f"{one:g} {other:g}" for one, other in points)
        across, down = (x > before_x) - (x < before_x), (y > before_y) - (y < before_y)
        back = x - 8 * across, y - 8 * down
        left, right = ((back[0] + side * down, back[1] + side * across) for side in (4, -4))
        corners = " ".join(f"{one:g},{other:g}" for one, other in ((x, y), left, right))
        self._parts.append(f'<path class="arrow" d="M{way}"/><polygon class="head" points="{corners}"/>')

    def legend(self) -> None:
        """Say what the colours mean, beside the title."""
        for x, kind, text in (
            (490, "ours", "msgcore"),
            (580, "plug-in", "plug-ins, ours and yours"),
            (765, "mta", "MTA"),
            (825, "theirs", "others"),
        ):
            self.box(x, 20, 12, 12, "", "", kind)
            self.text(x + 18, 30, text)

    def svg(self) -> str:
        return "\n".join([*self._parts, "</svg>", ""])


def _objects() -> str:
    sheet = _Sheet(
        920,
        610,
        "Who is who",
        "A program uses a session. The session opens the services that a profile lists; each service brings providers: "
        "stores, transports, retrievers, address books. The spooler moves mail between them. An organisation's mail "
        "goes through an MTA, whose connectors lead through gateways to next hops.",
    )
    sheet.box(20, 48, 880, 40, "Your program", "", "theirs")
    sheet.box(20, 122, 190, 76, "Profile", "a list of message services, kept in a TOML file")
    sheet.box(250, 122, 400, 76, "Session", "opens what the profile lists: folders and tables, submit, notifications")
    sheet.box(690, 122, 210, 76, "Spooler", "from outboxes to transports, from maildrops to inboxes")
    sheet.legend()
    sheet.arrow((450, 88), (450, 122))
    sheet.arrow((210, 160), (250, 160))
    sheet.arrow((650, 160), (690, 160))
    services = (
        ("personal-folders", ("store",), ("File", "mail.db, by SQLite", "theirs")),
        ("internet-mail", ("transport", "retriever"), ("Servers", "SMTP and POP3", "theirs")),
        ("imap-mail", ("store", "transport"), ("Servers", "IMAP and SMTP", "theirs")),
        (
            "organization",
            ("store", "transport", "address book"),
            ("Organisation", "a database: mailboxes, directory, queue", "mta"),
        ),
    )
    for number, (service, providers, outside) in enumerate(services):
        x = 20 + 225 * number
        sheet.arrow((450, 198), (450, 216), (x + 102, 216), (x + 102, 236))
        sheet.box(x, 236, 205, 152, service, "a message service", "group")
        for place, provider in enumerate(providers):
            sheet.box(x + 22, 282 + 34 * place, 161, 28, provider, "", "plug-in")
        sheet.arrow((x + 102, 388), (x + 102, 412))
        sheet.box(x, 412, 205, 58, *outside)
    sheet.box(
        20,
        496,
        880,
        94,
        "MTA",
        "a message transfer agent: answers for mail, and passes it on, each recipient by the best way",
        "group",
    )
    sheet.arrow((797, 470), (797, 496))
    for x, width, name, kind in (
        (36, 120, "listener", "mta"),
        (196, 120, "queue", "mta"),
        (356, 250, "routing: which connector?", "mta"),
        (646, 110, "gateway", "plug-in"),
        (794, 90, "next hop", "theirs"),
    ):
        sheet.box(x, 544, width, 34, name, "", kind)
    for start, end in ((156, 196), (316, 356), (606, 646), (756, 794)):
        sheet.arrow((start, 561), (end, 561))
    return sheet.svg()


def _way() -> str:
    sheet = _Sheet(
        920,
        640,
        "A message's way",
        "Out: a message is submitted into a store's queue, hooks see it once, the spooler gives each recipient to a "
        "transport, and each ends with an outcome. By way of an organisation it goes through the MTA's queue, routing "
        "and a gateway. In: a retriever's maildrop, the policy and the journal, the store; only then is it "
        "deleted at the server.",
    )
    sheet.legend()
    sheet.text(20, 62, "Out", "name")
    _row(
        sheet,
        76,
        (
            ("Message", "a value in memory", "theirs"),
            ("Outbox", "submit: into the store's queue, in one transaction", "ours"),
            ("Hooks", "sign, scan, disclaim, once", "plug-in"),
            ("Spooler", "gives each recipient to a transport", "ours"),
            ("Transport", "writes MIME, speaks SMTP", "plug-in"),
            ("Server", "of the next hop", "theirs"),
        ),
    )
    sheet.arrow((843, 160), (843, 186), (239, 186), (239, 160))
    sheet.text(541, 204, "an outcome for each recipient; with it the report, and the copy in Sent Items", "middle")
    sheet.text(20, 248, "Out, by way of an organisation", "name")
    _row(
        sheet,
        262,
        (
            ("Transport", "of the service organization", "plug-in"),
            ("Queue", "on the disk before anybody hears yes", "mta"),
            ("Lists", "and redirects, made into recipients", "mta"),
            ("Routing", "chooses a connector for each recipient", "mta"),
            ("Gateway", "SMTP, a mailbox, a program, or yours", "plug-in"),
            ("Next hop", "a server, or a mailbox here", "theirs"),
        ),
    )
    sheet.box(162, 388, 154, 46, "Listener", "SMTP, LMTP from others", "mta")
    sheet.arrow((239, 388), (239, 346))
    sheet.arrow((692, 346), (692, 372), (541, 372), (541, 346))
    sheet.text(616, 390, "deferred: later, routed anew", "middle")
    sheet.text(20, 476, "In", "name")
    _row(
        sheet,
        490,
        (
            ("Server", "POP3, or what a plug-in speaks", "theirs"),
            ("Maildrop", "lists, retrieves, deletes", "plug-in"),
            ("Retrieval", "policy: what is wanted; journal: what is here", "ours"),
            ("Codec", "octets become properties when asked for", "ours"),
            ("Store", "message and journal entry in one transaction", "plug-in"),
            ("Your program", "is told; its tables show it", "theirs"),
        ),
    )
    sheet.arrow((692, 574), (692, 600), (88, 600), (88, 574))
    sheet.text(390, 618, "only now: deleted at the server, if the policy says so", "middle")
    return sheet.svg()


def _row(sheet: _Sheet, y: int, boxes: Iterable[tuple[str, str, str]]) -> None:
    for number, (name, text, kind) in enumerate(boxes):
        x = 20 + 151 * number
        sheet.box(x, y, 125, 84, name, text, kind)
        if number:
            sheet.arrow((x - 26, y + 42), (x, y + 42))


_STEPS = "type", "space", "takes it", "specific", "link up", "cost"
_DROPPED_AT = {
    **dict.fromkeys((Verdict.DISABLED, Verdict.TOO_BIG, Verdict.SENDER_NOT_ALLOWED), "takes it"),
    Verdict.LESS_SPECIFIC: "specific",
    Verdict.LINK_DOWN: "link up",
    Verdict.COSTS_MORE: "cost",
    Verdict.CHOSEN: "",
}


def _choice() -> str:
    """Draw what ``RouteTable.route`` decides, step by step."""
    relay = {"relay": "smtp://out.a.test"}

    def connector(
        name: str, gateway: str, kind: str, pattern: str, cost: int, size_octets: int | None = None
    ) -> Connector:
        space = AddressSpace(kind, pattern, cost=cost)
        return Connector(name, gateway=gateway, spaces=[space], options=relay, max_size_octets=size_octets)

    table = RouteTable(
        [
            connector("fax", "fax", "FAX", "+46*", 1),
            connector("other-partner", "smtp", "SMTP", "*@other.test", 1),
            connector("small-mail", "smtp", "SMTP", "*@partner.test", 1, 10_000),
            connector("internet", "smtp", "SMTP", "*", 1),
            connector("satellite", "smtp", "SMTP", "*@partner.test", 1),
            connector("leased-line", "smtp", "SMTP", "*@partner.test", 20),
            connector("partner", "smtp", "SMTP", "*@partner.test", 5),
        ]
    )
    now = datetime(2030, 1, 1, 12, tzinfo=UTC)
    links = LinkState(down={"satellite": now + timedelta(minutes=10)})
    decision = table.route("SMTP:bob@partner.test", MessageFacts(size_octets=40_000), links=links, now=now)
    candidates = {one.connector: one for one in decision.candidates}
    sheet = _Sheet(
        920,
        118 + 44 * len(table.connectors),
        f"Which connector takes {decision.recipient.typed}, 40,000 octets?",
        "A table of connectors, one a line, with the step at which each was dropped and why: "
        + "; ".join(f"{one.connector}: {one}" for one in decision.candidates),
    )
    for x, head in (
        *((28, "connector"), (128, "address space"), (272, "cost")),
        *((311 + 62 * at, step) for at, step in enumerate(_STEPS)),
    ):
        sheet.text(x, 64, head, "name")
    for number, way in enumerate(table.connectors):
        y, space, found = 76 + 44 * number, way.spaces[0], candidates.get(way.name)
        if found is None:
            same = space.address_type == decision.recipient.address_type
            step, why = ("space", "the address does not match") if same else ("type", "of another address type")
        else:
            step, why = _DROPPED_AT[found.verdict], str(found)
        for x, text in ((28, way.name), (128, str(space)), (272, str(space.cost))):
            sheet.text(x, y + 22, text)
        last = _STEPS.index(step) if step else len(_STEPS)
        for at in range(min(last + 1, len(_STEPS))):
            sheet.box(309 + 62 * at, y + 5, 56, 26, "no" if at == last else "yes", "", "bad" if at == last else "good")
        sheet.text(309 + 62 * min(last + 1, len(_STEPS)) + 4, y + 22, why, "small" if step else "name")
    sheet.text(28, 104 + 44 * len(table.connectors), f"{decision}.")
    return sheet.svg()


_ROOMS = {
    "errors": "what the caller can do next",
    "base": "ids, times, limits, text, status codes",
    "runtime": "network, TLS, SQL, threads, loops",
    "props": "tags, values, restrictions",
    "model": "address, message, envelope, outcome, report",
    "wire": "SMTP, LMTP, POP3, IMAP, SASL",
    "codecs": "MIME, TNEF, .msg, RTF",
    "spi": "contracts of plug-ins",
    "profile": "profiles, their administration",
    "mta": "routing, queue, gateways",
    "providers": "stores, SMTP, POP3, IMAP",
    "transfer": "mbox, Maildir, .eml",
    "spooler": "the way out, the way in",
    "session": "the client API, in coroutines",
    "blocking": "the same for blocking code",
}


def _floors_in(table: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Say how high each room lies: above all that it may import."""

    def height(room: str) -> int:
        return max((height(below.partition(".")[0]) + 1 for below in table[room]), default=0)

    return {room: height(room) for room in table}


def _house() -> str:
    tree = ast.parse((_REPOSITORY / "tests/floors/test_floors.py").read_text(encoding="utf-8"))
    (table,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and node.value and ast.unparse(node.target) == "FLOORS"
    )
    floors = _floors_in(table)
    top = max(floors.values()) + 1
    sheet = _Sheet(
        920,
        96 + 62 * (top + 1),
        "The house: a room imports only from floors below its own",
        "From the ground up: "
        + "; ".join(", ".join(room for room in floors if floors[room] == level) for level in range(top))
        + "; aio, __init__ and cli, the public names and the command line.",
    )
    for level in range(top + 1):
        rooms = [room for room in floors if floors[room] == level] or ["msgcore, msgcore.aio, cli"]
        width = (880 - 12 * (len(rooms) - 1)) // len(rooms)
        for place, room in enumerate(rooms):
            kind = "mta" if room == "mta" else "plug-in" if room in {"spi", "providers"} else "ours"
            text = _ROOMS.get(room, "public names, on first use; the command line")
            sheet.box(20 + place * (width + 12), 48 + 62 * (top - level), width, 50, room, text, kind)
    sheet.text(
        20,
        80 + 62 * (top + 1),
        "Only runtime names sockets, TLS, databases, threads and event loops. Providers are found by name.",
    )
    return sheet.svg()


PICTURES: Mapping[str, Callable[[], str]] = {
    "architecture.svg": _house,
    "message-way.svg": _way,
    "route-selection.svg": _choice,
    "who-is-who.svg": _objects,
}

if __name__ == "__main__":
    for file_name, draw in PICTURES.items():
        (_REPOSITORY / "docs/pictures" / file_name).write_text(draw(), encoding="utf-8")
