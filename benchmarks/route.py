"""How fast recipients find their connector: python -m benchmarks.route [--quick]

Tables of 10, 1,000 and 100,000 address spaces of 10 connectors: of ten spaces six are ``*@domain``, two ``*@*.domain``
and two exact addresses; one connector takes the rest. Four of five recipients match a space, in random order.

The limit is one ``dict.get`` of the key that is found. The suffix walk tries what Postfix tries (address, domain, each
parent domain, anything), as plain Python over one dict. ``postmap`` is given the very key that is found, and then all
that are tried up to it, as a transport table is looked up; its start is counted, some 10 ms of each round.
All is processor time, so that a machine with other work to do says the same.

Matching says which rows are found; a full decision also asks the rules and the links, and can explain itself.
"""

from __future__ import annotations

import random
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs

from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, LinkState, MessageFacts, RouteTable
from msgcore.mta.routing.space_index import Row, SpaceIndex

from .harness import Goals, compare_cases, run_by_hand, speed_table
from .peers.senders import find_program
from .results import Table

__all__ = ["FACTS", "connectors_of", "measure", "plain_dict", "recipients_of", "space_of", "walk_of"]

SIZES, QUICK_SIZES = (10, 1_000, 100_000), (10, 1_000, 10_000)
LIMIT, WALK, REGEX = "limit: one dict.get", "suffix walk over a dict", "chain of regexes"
POSTMAP, POSTMAP_WALK = "postmap -q - hash:, the key found", "postmap -q - hash:, each key tried"
POSTMAP_PROGRAM = "postmap"
MATCH, DECISION = "msgcore, match", "msgcore, full decision"
GOALS: Goals = {WALK: (1.0, 0.8), POSTMAP: (3.5, 2.5), POSTMAP_WALK: (3.5, 2.5)}
"""How many times as fast as each case matching should be."""

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
FACTS = MessageFacts(40_000, Address("SMTP", "ann@a.test"), transfer_id="6f1c")


@attrs.frozen
class Recipient:
    """An address, and the key under which Postfix's table would have it, or would look last."""

    address: Address
    key: str


@attrs.frozen
class Case:
    """What is timed, and how many recipients one run of it has."""

    run: Callable[[], object]
    count: int


def space_of(number: int, chance: random.Random) -> tuple[AddressSpace, Recipient]:
    """Make a space, and a recipient that matches it."""
    domain = f"d{number}.{chance.choice(['com', 'net', 'example'])}.test"
    kind = number % 10
    if kind < 6:
        pattern, text, key = f"*@{domain}", f"ann{chance.randrange(100)}@{domain}", domain
    elif kind < 8:
        pattern, text, key = f"*@*.{domain}", f"ann@mail.{domain}", f".{domain}"
    else:
        pattern = text = key = f"user{number}@{domain}"
    return AddressSpace("SMTP", pattern), Recipient(Address("SMTP", text), key)


def connectors_of(spaces: Sequence[AddressSpace]) -> list[Connector]:
    named = [Connector(f"c{n}", "smtp", spaces[n::10]) for n in range(10)]
    return [*named, Connector("internet", "smtp", [AddressSpace("SMTP", "*", 10)])]


def recipients_of(known: Sequence[Recipient], count: int, chance: random.Random) -> list[Recipient]:
    unknown = [
        Recipient(Address("SMTP", f"bob@mail{number}.other.test"), f"mail{number}.other.test")
        for number in range(count)
    ]
    return [chance.choice(known if chance.random() < 0.8 else unknown) for _ in range(count)]


def plain_dict(connectors: Sequence[Connector]) -> dict[str, Row]:
    """Give the table as Postfix has it: ``user@domain``, ``domain``, ``.domain`` and ``*``."""
    return {
        re.sub(r"^\*@\*?", "", space.pattern): Row(connector, space)
        for connector in connectors
        for space in connector.spaces
    }


def walk_of(table: Mapping[str, Row], address: str) -> Row | None:
    key = address.lower()
    found = table.get(key)
    if found is None:
        domain = key.rpartition("@")[2]
        found = table.get(domain)
        while found is None and domain:
            domain = domain.partition(".")[2]
            found = table.get(f".{domain}")
    return found or table.get("*")


def _first_of(chain: Sequence[tuple[re.Pattern[str], Connector]], address: str) -> Connector | None:
    return next((connector for pattern, connector in chain if pattern.fullmatch(address)), None)


def _cases(connectors: Sequence[Connector], recipients: Sequence[Recipient], file: Path) -> dict[str, Case]:
    # One each: whoever comes second would find the first one's still in the cache.
    plain, walked = plain_dict(connectors), plain_dict(connectors)
    keys = [one.key for one in recipients]
    addresses = [one.address for one in recipients]
    texts = [address.email_address for address in addresses]
    patterns = [(space, connector) for connector in connectors for space in connector.spaces]
    patterns.sort(key=lambda pair: pair[0].specificity, reverse=True)
    chain = [(re.compile(re.escape(space.key).replace(r"\*", ".*")), connector) for space, connector in patterns]
    few = texts[: max(3, min(len(texts), 2_000_000 // len(chain)))]
    index = SpaceIndex("SMTP", (Row(connector, space) for space, connector in patterns))
    table = RouteTable(connectors)
    sized = RouteTable(attrs.evolve(one, max_size_octets=50_000, never_from=["*@e.test"]) for one in connectors)
    pairs = RouteTable(other for one in connectors for other in (one, attrs.evolve(one, name=f"{one.name}-2")))
    down = LinkState({"elsewhere": NOON + timedelta(hours=1)})

    def limit() -> None:
        get = plain.get
        for key in keys:
            get(key)

    def walk() -> None:
        for text in texts:
            walk_of(walked, text)

    def regexes() -> None:
        for text in few:
            _first_of(chain, text)

    def match() -> None:
        best = index.best
        for text in texts:
            best(text.lower())

    def decide(table: RouteTable, links: LinkState | None = None) -> Callable[[], None]:
        def run() -> None:
            route = table.route
            if links is None:
                for address in addresses:
                    route(address, FACTS)
            else:
                for address in addresses:
                    route(address, FACTS, links=links, now=NOON)

        return run

    def from_text() -> None:
        route = table.route
        for text in texts:
            route(text, FACTS)

    found: dict[str, Callable[[], None]] = {
        LIMIT: limit,
        WALK: walk,
        MATCH: match,
        DECISION: decide(table),
        f"{DECISION}, another link down": decide(table, down),
        f"{DECISION}, of a text": from_text,
        f"{DECISION}, size and sender asked": decide(sized),
        f"{DECISION}, drawn between two equals": decide(pairs),
    }
    cases = {name: Case(run, len(texts)) for name, run in found.items()}
    cases[REGEX] = Case(regexes, len(few))
    if program := find_program(POSTMAP_PROGRAM):
        file.write_text("".join(f"{key} {row.connector.name}\n" for key, row in plain.items()))
        subprocess.run([program, f"hash:{file}"], check=True)
        cases[POSTMAP] = _postmap_case(program, file, [[key] for key in keys])
        cases[POSTMAP_WALK] = _postmap_case(program, file, [_tried(plain, text) for text in texts])
    return cases


def _tried(table: Mapping[str, Row], address: str) -> list[str]:
    """Give the keys that Postfix looks up for an address (transport(5)), up to the one that is found."""
    domain = address.rpartition("@")[2]
    labels = domain.split(".")
    keys = [address, domain, *("." + ".".join(labels[n:]) for n in range(1, len(labels))), "*"]
    return keys[: 1 + next(n for n, key in enumerate(keys) if key in table)]


def _postmap_case(program: str, file: Path, keys: Sequence[Sequence[str]]) -> Case:
    asked = "".join(f"{key}\n" for tried in keys for key in tried).encode() * 5
    command = [program, "-q", "-", f"hash:{file}"]
    return Case(lambda: subprocess.run(command, input=asked, stdout=subprocess.PIPE, check=True), len(keys) * 5)


def _processor_seconds() -> float:
    """Give the processor time of this process and of those that it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def measure(is_quick: bool) -> Iterator[Table]:
    count, rounds = (2_000, 2) if is_quick else (20_000, 9)
    missing = {} if find_program(POSTMAP_PROGRAM) else {"postmap": "it comes with Postfix"}
    with tempfile.TemporaryDirectory() as folder:
        for size in QUICK_SIZES if is_quick else SIZES:
            chance = random.Random(20_261_127)
            made = [space_of(number, chance) for number in range(size)]
            recipients = recipients_of([known for _, known in made], count, chance)
            cases = _cases(connectors_of([space for space, _ in made]), recipients, Path(folder) / f"{size}")
            results = compare_cases(
                {name: case.run for name, case in cases.items()},
                LIMIT,
                rounds,
                fewer={name: case.count for name, case in cases.items()},
                clock=_processor_seconds,
            )
            yield speed_table(f"{size:,} spaces", results, "recipients", goals={MATCH: GOALS}, missing=missing)


if __name__ == "__main__":
    run_by_hand(measure)
