"""Postfix's transport tables, translated, route every address as Postfix does.

Postfix asks its table for one key after another (transport(5), TABLE SEARCH ORDER; src/trivial-rewrite/transport.c):
the address, the address without its extension, the domain, each ``.parent`` of the domain from the longest on, and
``*``. What it finds for each key is asked of ``postmap``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, RouteTable
from tests.requirements import unavailable

pytestmark = pytest.mark.interop

Table = Mapping[str, str]
"""A transport table: each key with its ``transport:nexthop``."""

USERS = ["bob", "ann", "Ann", "+x", "b+", "a.b"]
EXTENSIONS = ["", "", "+x", "+y", "+x+y", "+"]
DOMAINS = ["b.test", "x.b.test", "y.x.b.test", "c.test", "test", "bb.test", "B.Test"]
WAYS = ["smtp:[one.test]", "smtp:[two.test]:2525", "lmtp:unix:/three", "relay:four.test"]

locals_of_keys = st.builds("".join, st.tuples(st.sampled_from(USERS), st.sampled_from(EXTENSIONS)))
domains = st.sampled_from(DOMAINS)
addresses = st.builds("{}@{}".format, locals_of_keys, domains)
keys = st.one_of(addresses, domains, domains.map(".{}".format), st.just("*"))
tables = st.dictionaries(keys.map(str.lower), st.sampled_from(WAYS), min_size=1, max_size=12)


def without_extension(address: str) -> str | None:
    """Split as Postfix does (``split_addr``): at the first ``+``, and never so that nothing is left."""
    local, _, domain = address.rpartition("@")
    user, plus, _ = local.partition("+")
    return f"{user}@{domain}" if plus and user else None


def keys_of(address: str) -> Iterator[str]:
    """Give the keys that Postfix asks for, in its order."""
    yield address
    shorter = without_extension(address)
    if shorter is not None:
        yield shorter
    domain = address.rpartition("@")[2]
    yield domain
    while "." in domain:
        domain = domain.partition(".")[2]
        yield f".{domain}"
    yield "*"


def translated(table: Table) -> RouteTable:
    """Make one connector of each way, with the spaces of the keys that lead there."""
    spaces: dict[str, list[AddressSpace]] = {}
    for key, way in table.items():
        its = spaces.setdefault(way, [])
        its.extend(AddressSpace("SMTP", pattern) for pattern in patterns_of(key))
    return RouteTable(Connector(way, "smtp", its) for way, its in spaces.items())


def patterns_of(key: str) -> list[str]:
    if key == "*":
        return ["*"]
    if "@" not in key:
        return [f"*@*{key}" if key.startswith(".") else f"*@{key}"]
    local, _, domain = key.rpartition("@")
    # A key with a + is only ever the whole of an address, but for one with nothing before it.
    return [key] if "+" in local else [key, f"{local}+*@{domain}"]


@pytest.fixture(scope="module")
def postfix_home() -> Iterator[Path]:
    if shutil.which("postmap") is None:
        unavailable("postmap is not installed; apt-get install postfix")
    with tempfile.TemporaryDirectory(prefix="mc-", dir="/tmp") as name:
        home = Path(name)
        (home / "main.cf").write_text("compatibility_level = 3.6\n", encoding="ascii")
        _age(home / "main.cf")
        yield home


def _age(file: Path) -> None:
    """Make a file old: Postfix waits until nobody can still be writing it."""
    os.utime(file, (1, 1))


def postmap(home: Path, table: Table, questions: Sequence[str], kind: str = "texthash") -> dict[str, str]:
    """Ask Postfix for keys, all at once; what is not there is not in the answer."""
    file = home / "transport"
    file.write_text("".join(f"{key} {way}\n" for key, way in table.items()), encoding="utf-8")
    _age(file)
    if kind != "texthash":
        subprocess.run(["postmap", "-c", str(home), f"{kind}:{file}"], check=True, capture_output=True)
    done = subprocess.run(
        ["postmap", "-c", str(home), "-q", "-", f"{kind}:{file}"],
        input="".join(f"{key}\n" for key in questions),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return dict(line.split("\t", 1) for line in done.stdout.splitlines())


def routed_by_postfix(home: Path, table: Table, addresses: Sequence[str], kind: str = "texthash") -> list[str | None]:
    asked = {address: list(keys_of(address.lower())) for address in addresses}
    answers = postmap(home, table, sorted({key for keys in asked.values() for key in keys}), kind)
    return [next((answers[key] for key in asked[address] if key in answers), None) for address in addresses]


def routed_by_us(table: Table, addresses: Sequence[str]) -> list[str | None]:
    routes = translated(table)
    return [routes.route(Address("SMTP", address)).connector for address in addresses]


@given(table=tables, some=st.lists(addresses, min_size=1, max_size=30))
def test_a_translated_transport_table_routes_as_postfix_does(postfix_home: Path, table: Table, some: list[str]) -> None:
    assert routed_by_us(table, some) == routed_by_postfix(postfix_home, table, some)


MANUAL: Table = {
    # transport(5), EXAMPLES
    "my.domain": ":",
    ".my.domain": ":",
    "*": "smtp:outbound-relay.my.domain",
    "example.com": "uucp:example",
    ".example.com": "uucp:example-below",
    "bar.example": "smtp:bar.example:2025",
    ".example.org": "error:mail for *.example.org is not deliverable",
    # of our own: the two forms that come first
    "user@example.com": "smtp:[user]",
    "user+list@example.com": "smtp:[list]",
}


@pytest.mark.parametrize("kind", ["texthash", "hash"])
@pytest.mark.parametrize(
    ("address", "way"),
    [
        ("user+list@example.com", "smtp:[list]"),
        ("user+other@example.com", "smtp:[user]"),
        ("USER@Example.COM", "smtp:[user]"),
        ("user2@example.com", "uucp:example"),
        ("user@a.b.example.com", "uucp:example-below"),
        ("ann@my.domain", ":"),
        ("ann@host.my.domain", ":"),
        ("ann@bar.example", "smtp:bar.example:2025"),
        ("ann@x.bar.example", "smtp:outbound-relay.my.domain"),
        ("ann@x.example.org", "error:mail for *.example.org is not deliverable"),
        ("ann@example.org", "smtp:outbound-relay.my.domain"),
    ],
)
def test_the_manuals_table_routes_as_postfix_does(postfix_home: Path, kind: str, address: str, way: str) -> None:
    assert (routed_by_postfix(postfix_home, MANUAL, [address], kind), routed_by_us(MANUAL, [address])) == ([way], [way])
