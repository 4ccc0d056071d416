"""Route tables as TOML text: what is written is read, and what is wrong is found by its line."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.toml_lines import line_of
from msgcore.errors import UsageError
from msgcore.mta import AddressSpace, Connector, RouteTable, Schedule
from msgcore.mta.routing.toml_table import load_routes, read_routes, write_routes
from tests.mta.routing.pooled import pooled_tables
from tests.mta.routing.tables import tables

TEXTS = st.one_of(
    st.text(max_size=4),
    st.sampled_from(['"', "'", '"""', "'''", "# x", "[[connectors]]", "a]", "{", "\\", '\\"', "a = 1", "\x7f\t"]),
)
NAMES = TEXTS.filter(lambda text: text.strip() == text != "" and not set(text) & {"\r", "\n", "\0"})


@st.composite
def tables_of_odd_texts(draw: st.DrawFn) -> RouteTable:
    names = draw(st.lists(NAMES, min_size=1, max_size=2, unique=True))
    options = st.dictionaries(TEXTS.filter(bool), TEXTS, max_size=2)
    types = st.sampled_from(["MS", "FAX", "X400"])
    spaces = st.lists(
        st.builds(AddressSpace, types, NAMES), min_size=1, max_size=3, unique_by=lambda s: (s.address_type, s.key)
    )
    return RouteTable(Connector(name, "pipe", draw(spaces), draw(options)) for name in names)


WHOLE = RouteTable(
    [
        Connector(
            "internet",
            "smtp",
            [AddressSpace("SMTP", "*", 10), AddressSpace("SMTP", "*@b.test", scope=["lab"], fallthrough=True)],
            {"relay": "smtp+starttls://out.a.test"},
            max_size_octets=10,
            schedule=Schedule(["Mon-Fri 08:00-18:00"], "Europe/Berlin"),
            retry_shortest_seconds=1.5,
            capabilities=["DSN", "8BITMIME"],
        ),
        Connector("post-office", "ms", [AddressSpace("MS", "*")], is_enabled=False),
    ],
    policy="least_cost",
    site="south",
    locations=["lab"],
)
TEXT = """\
policy = "least_cost"
site = "south"
locations = ["lab"]

[[connectors]]
name = "internet"
gateway = "smtp"
max_size_octets = 10
capabilities = ["8BITMIME", "DSN"]
schedule = { windows = ["Mon-Fri 08:00-18:00"], time_zone = "Europe/Berlin" }
retry_shortest_seconds = 1.5
options = { relay = "smtp+starttls://out.a.test" }
spaces = [
    { type = "SMTP", pattern = "*", cost = 10 },
    { type = "SMTP", pattern = "*@b.test", cost = 1, scope = ["lab"], fallthrough = true },
]

[[connectors]]
name = "post-office"
gateway = "ms"
is_enabled = false
spaces = [{ type = "MS", pattern = "*", cost = 1 }]
"""


@given(tables() | tables_of_odd_texts() | st.just(RouteTable()))
def test_a_table_survives_toml(table: RouteTable) -> None:
    assert read_routes(write_routes(table)) == table


def test_a_table_is_written_as_a_person_would() -> None:
    assert write_routes(WHOLE) == TEXT


@given(tables_of_odd_texts())
def test_a_fault_behind_odd_texts_is_found_in_its_line(table: RouteTable) -> None:
    text = write_routes(table) + "wrong = 1\n"

    with pytest.raises(UsageError, match=rf"^routes:{text.count(chr(10))}: connectors\[\d+\].wrong: there is no such"):
        read_routes(text)


@given(pooled_tables(), st.data())
def test_a_fault_in_any_line_of_a_connector_is_found_in_that_line(table: RouteTable, data: st.DataObject) -> None:
    lines = write_routes(table).splitlines()
    number = data.draw(
        st.sampled_from([n for n, line in enumerate(lines) if line.lstrip()[:7] in ("name = ", "{ type ")])
    )
    lines[number] = lines[number].replace("name = ", "name = 1 #").replace("type = ", "kind = ")

    with pytest.raises(UsageError, match=rf"^routes.toml:{number + 1}: connectors"):
        read_routes("\n".join(lines), source="routes.toml")


SEPARATE = """\
# [[connectors]]
[[connectors]]   # the first
name = "a"
gateway = \"\"\"
smtp\"\"\"
spaces = [ # ]
  {type="SMTP",pattern="*"}, {type="SMTP",pattern="*@b.test"},
  { type = "MS", pattern = '[{*#' } ]
[connectors.options]
relay = "smtp://[::1]:25"
[[ connectors ]]
name = "b"
gateway = "smtp"
weight = 1
options.relay = "smtp://b.test"
[[connectors.spaces]]
type = "SMTP"
pattern = "*"
[[connectors.spaces]]
type = "MS"
pattern = "*"
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ('name = "a"', 'name = "b"', 11, "connector 'b': two have this name"),
        ('"*@b.test"', '"b.test"', 7, "connectors[0].spaces[1]: SMTP:b.test: the whole address is compared"),
        ('"*@b.test"', '"**"', 2, "connector 'a': has SMTP:** twice"),
        ("'[{*#'", "3", 8, "connectors[0].spaces[2].pattern: need str, got 3"),
        ('relay = "smtp://[', "relay = 3 #", 10, "connectors[0].options.relay: need text, got 3"),
        ("weight = 1", "weight = 0", 14, "connectors[1]: connector 'b': weight 0: need 1 to 1000"),
        ("weight = 1", "wait = 1", 14, "connectors[1].wait: there is no such key"),
        ('options.relay = "smtp://b.test"', "options.relay = true", 15, "connectors[1].options.relay: need text"),
        (
            '[[connectors.spaces]]\ntype = "SMTP"',
            '[[connectors.spaces]]\ntype = "S P"',
            16,
            "connectors[1].spaces[0]: ad",
        ),
        ('type = "MS"\npattern = "*"', 'type = "MS"', 19, "connectors[1].spaces[1].pattern: is missing"),
        ("# [[connectors]]", "polizy = 1", 1, "polizy: there is no such key"),
        ("# [[connectors]]", "policy = 'x'", 1, "policy 'x': need 'cost' or 'least_cost'"),
        ('name = "b"', 'name = "b', 12, "is no TOML: "),
    ],
)
def test_the_line_of_a_fault_is_told(old: str, new: str, line: int, complaint: str) -> None:
    text = SEPARATE.replace(old, new, 1)
    assert text != SEPARATE

    with pytest.raises(UsageError) as caught:
        read_routes(text, source="routes.toml")
    assert str(caught.value).startswith(f"routes.toml:{line}: {complaint}")


def test_a_text_with_separate_tables_is_read() -> None:
    first, second = read_routes(SEPARATE.replace('"""\nsmtp"""', '"smtp"')).connectors

    assert [str(space) for space in (*first.spaces, *second.spaces)] == [
        "SMTP:*",
        "SMTP:*@b.test",
        "MS:[{*#",
        "SMTP:*",
        "MS:*",
    ]


def test_no_line_is_told_of_what_is_not_there() -> None:
    assert line_of(("connectors", 3, "name"), "site = 'x'\n") is None


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    file.write_text("\ufeff" + TEXT.replace("\n", "\r\n"), encoding="utf-8", newline="")

    assert load_routes(file) == WHOLE


def test_a_fault_in_a_file_is_told_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    file.write_text(TEXT.replace('"smtp"', "7"), encoding="utf-8")

    with pytest.raises(UsageError) as caught:
        load_routes(file)
    assert str(caught.value) == f"{file}:7: connectors[0].gateway: need str, got 7"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"routes\.toml: cannot be read: No such file"):
        load_routes(tmp_path / "routes.toml")


def test_a_file_in_another_charset_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    file.write_bytes(b"# one\n# Gr\xfc\xdfe\n")

    with pytest.raises(UsageError, match=r"routes\.toml:2: is not UTF-8"):
        load_routes(file)


def test_half_of_a_character_is_refused() -> None:
    table = RouteTable([attrs.evolve(WHOLE.connectors[1], name="\ud800")])

    with pytest.raises(UsageError, match="half of a character"):
        write_routes(table)


def test_a_text_nested_without_end_is_refused() -> None:
    with pytest.raises(UsageError, match="is no TOML"):
        read_routes("a = " + "[" * 100_000)
