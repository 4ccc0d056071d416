"""Pictures of tables: whole, within bounds, readable, and safe whatever the names are."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.mta import AddressSpace, Connector, RouteTable, Schedule
from msgcore.mta.routing.picture import draw_mermaid, draw_svg
from tests.mta.routing.pooled import pooled_tables

SVG = "{http://www.w3.org/2000/svg}"
ODD = [
    "<b>\"&amp;'",
    "]]>",
    "-->",
    "&#35;",
    "`x`",
    "%%{init}%%",
    "\x01\x1b",
    "\ud800",
    "\ufffe",
    "日本語" * 20,
    "a" * 200,
]
NAMES = st.one_of(st.sampled_from(ODD), st.text(min_size=1, max_size=4)).filter(
    lambda text: text.strip() == text != "" and not set(text) & {"\r", "\n", "\0"}
)


def site(number: int, spaces: int = 1) -> Connector:
    its = [AddressSpace("SMTP", f"*@s{number}-{n}.test") for n in range(spaces)]
    return Connector(f"site-{number}", "smtp", its, {"relay": f"smtp://mx{number % 7}.test"})


@st.composite
def odd_tables(draw: st.DrawFn) -> RouteTable:
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    return RouteTable(
        Connector(name, draw(NAMES), [AddressSpace("MS", draw(NAMES))], {"relay": draw(NAMES)}) for name in names
    )


any_tables = (
    pooled_tables()
    | odd_tables()
    | st.sampled_from([0, 1, 59, 60, 61, 200]).map(lambda count: RouteTable(site(n, 1 + n % 20) for n in range(count)))
)


def drawn(table: RouteTable) -> ElementTree.Element:
    return ElementTree.fromstring(draw_svg(table))


def texts(svg: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in svg.iter(f"{SVG}text")]


@given(any_tables)
def test_every_table_has_an_svg_that_is_xml(table: RouteTable) -> None:
    assert drawn(table).tag == f"{SVG}svg"


@given(any_tables)
def test_everything_lies_within_the_picture(table: RouteTable) -> None:
    svg = drawn(table)
    width, height = float(svg.attrib["width"]), float(svg.attrib["height"])

    for box in svg.iter(f"{SVG}rect"):
        left, top = float(box.get("x", 0)), float(box.get("y", 0))
        assert left >= 0 and top >= 0
        assert left + float(box.attrib["width"]) <= width and top + float(box.attrib["height"]) <= height
    for path in svg.iter(f"{SVG}path"):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", path.attrib["d"])]
        assert all(0 <= x <= width for x in numbers[::2]) and all(0 <= y <= height for y in numbers[1::2])


@given(any_tables)
def test_no_two_boxes_of_a_column_touch(table: RouteTable) -> None:
    columns: dict[str, list[tuple[float, float]]] = {}
    for box in drawn(table).iter(f"{SVG}rect"):
        if "x" in box.attrib:
            columns.setdefault(box.attrib["x"], []).append((float(box.attrib["y"]), float(box.attrib["height"])))

    for boxes in columns.values():
        assert all(top + height < below for (top, height), (below, _) in pairwise(sorted(boxes)))


@given(any_tables)
def test_every_line_begins_and_ends_at_a_box(table: RouteTable) -> None:
    svg = drawn(table)
    boxes = [
        tuple(float(box.attrib[key]) for key in ("x", "y", "width", "height"))
        for box in svg.iter(f"{SVG}rect")
        if "x" in box.attrib
    ]

    for path in svg.iter(f"{SVG}path"):
        x, y, *_, to_x, to_y = (float(number) for number in re.findall(r"-?[\d.]+", path.attrib["d"]))
        assert any(left + width == x and top < y < top + height for left, top, width, height in boxes)
        assert any(left == to_x and top < to_y < top + height for left, top, _, height in boxes)


@given(odd_tables())
def test_no_name_gets_into_the_syntax_of_mermaid(table: RouteTable) -> None:
    label = r'\["[^"<>`%\\]*(<br/>[^"<>`%\\]*)*"\]'
    line = re.compile(rf"    (t\d+ --- )?[stch]\d+(\({label}\)|\[?{label}\]?)|    [sc]\d+ -->(\|\d+\|)? [ch]\d+")

    first, *lines, style = draw_mermaid(table).splitlines()
    assert (first, style[:12]) == ("flowchart LR", "    classDef")
    assert [text for text in lines if not line.fullmatch(text)] == []


@given(odd_tables())
def test_every_character_of_a_mermaid_label_is_text_or_an_entity(table: RouteTable) -> None:
    for label in re.findall(r'\["(.*)"\]', draw_mermaid(table)):
        assert re.fullmatch(r"(?:[^#&\ud800-\udfff]|#\d+;)*", label)


FEW = RouteTable(
    [
        Connector("internet", "smtp", [AddressSpace("SMTP", "*", 10)], {"relay": "smtp+starttls://out.a.test"}),
        Connector(
            "partner",
            "smtp",
            [AddressSpace("SMTP", "*@b.test", 50), AddressSpace("SMTP", "*", 90)],
            {"relay": "smtps://mx.b.test"},
            max_size_octets=10_000_000,
            schedule=Schedule(["Mon-Fri 08:00-18:00"], "Europe/Berlin"),
        ),
        Connector("fax", "fax", [AddressSpace("FAX", "*")], is_enabled=False),
    ]
)


def test_a_small_table_is_shown_whole() -> None:
    shown = texts(drawn(FEW))

    assert {"SMTP", "FAX", "*", "*@b.test", "internet", "partner", "10", "50", "90", "smtps://mx.b.test"} <= {*shown}


def test_what_limits_a_connector_is_shown() -> None:
    shown = texts(drawn(FEW))

    assert {"up to 10 MB", "open Mon-Fri 08:00-18:00", "by Europe/Berlin", "disabled"} <= {*shown}


@pytest.mark.parametrize(
    ("fields", "limit"),
    [
        ({"max_size_octets": 1_500_000}, "up to 1.5 MB"),
        ({"max_size_octets": 1_024}, "up to 1,024 octets"),
        ({"only_from": ["*@a.test"]}, "only from *@a.test"),
        ({"never_from": ["*@a.test"]}, "never from *@a.test"),
        ({"message_classes": ["IPM.Note"]}, "only IPM.Note"),
        ({"priorities": (0, 9)}, "priority 0 to 9"),
        ({"needs_verdicts": ["dmarc=pass"]}, "needs dmarc=pass"),
        ({"refuses_verdicts": ["spf=fail", "policy=reject"]}, "refuses policy=reject, spf=fail"),
        ({"capabilities": []}, "promises nothing"),
        ({"capabilities": ["DSN", "8BITMIME"]}, "promises 8BITMIME, DSN"),
        ({"schedule": Schedule()}, "open when called"),
        ({"leads_to": "north"}, "leads to north"),
        ({"site": "north"}, "in site north"),
        ({"max_tries": 3}, "up to 3 tries"),
        ({"weight": 3}, "weight 3"),
        ({"content": "plain"}, "made into plain"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_limit_is_shown(fields: dict[str, Any], limit: str) -> None:
    assert limit in texts(drawn(RouteTable([attrs.evolve(site(1), **fields)])))


def test_many_limits_are_counted() -> None:
    limited = attrs.evolve(FEW.connectors[1], leads_to="b", site="x", weight=2, max_tries=9)

    assert "and 3 more limits" in texts(drawn(RouteTable([limited])))


def test_long_names_lose_their_middle_and_keep_it_in_the_tooltip() -> None:
    name = "the-connector-to-the-partner-in-the-far-north"
    svg = drawn(RouteTable([attrs.evolve(site(1), name=name)]))

    assert "the-connector-t…-far-north" in texts(svg)
    assert name in [title.text for title in svg.iter(f"{SVG}title")]


@pytest.mark.parametrize(
    ("count", "more"), [(60, None), (61, "and 1 more connector"), (1_000, "and 940 more connectors")]
)
def test_more_than_sixty_connectors_are_folded(count: int, more: str | None) -> None:
    table = RouteTable(site(n) for n in range(count))
    folds = [text for text in texts(drawn(table)) if text.startswith("and ")]

    assert (folds, [more] if more and more in draw_mermaid(table) else []) == ([more] if more else [],) * 2


def test_the_spaces_of_a_connector_are_folded() -> None:
    shown = texts(drawn(RouteTable([site(1, 1_000)])))

    assert (shown.count("and 988 more"), sum(text.startswith("*@") for text in shown)) == (1, 12)


def test_a_space_that_two_share_is_one_box() -> None:
    shown = texts(drawn(RouteTable([attrs.evolve(site(n), spaces=[AddressSpace("SMTP", "*")]) for n in (1, 2)])))

    assert shown.count("*") == 1


def test_connectors_to_one_server_share_its_box() -> None:
    shown = texts(drawn(RouteTable([site(0), site(7)])))

    assert shown.count("smtp://mx0.test") == 1


def test_a_password_in_a_wrong_relay_is_not_shown() -> None:
    table = RouteTable([attrs.evolve(site(1), options={"relay": "smtp://ann:secret@mx.test"})])

    assert "secret" not in draw_svg(table) + draw_mermaid(table)


def test_the_mermaid_text_of_a_small_table() -> None:
    assert (
        draw_mermaid(FEW)
        == """\
flowchart LR
    t0(["FAX"])
    t1(["SMTP"])
    t0 --- s0["#42;"]
    t1 --- s1["#42;"]
    t1 --- s2["*@b.test"]
    c0["internet"]
    c1["partner<br/>up to 10 MB<br/>open Mon-Fri 08:00-18:00<br/>by Europe/Berlin"]
    c2["fax<br/>disabled"]:::off
    h0[["smtp<br/>smtp+starttls://out.a.test"]]
    h1[["smtp<br/>smtps://mx.b.test"]]
    h2[["fax"]]
    s1 -->|10| c0
    s2 -->|50| c1
    s1 -->|90| c1
    s0 -->|1| c2
    c0 --> h0
    c1 --> h1
    c2 --> h2
    classDef off stroke-dasharray:4 3,color:#888
"""
    )
