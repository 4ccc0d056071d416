"""What the runner of the benchmarks makes of tables: JSON, comparisons, pictures; and one benchmark through it."""

from pathlib import Path
from xml.etree import ElementTree

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import runner
from benchmarks.__main__ import main
from benchmarks.catalogue import BENCHMARKS, summary
from benchmarks.comparison import moves_between, regressions_in
from benchmarks.mails import attachment_mails, mail_with_file, sized_mails, small_mails
from benchmarks.plots import GROWTHS, PICTURES, draw_all
from benchmarks.results import Cell, Measured, Report, Row, Share, Table
from msgcore.codecs import mime

numbers = st.floats(0.001, 1_000_000)
shares = st.lists(numbers, min_size=1, max_size=3).map(lambda rounds: Share(tuple(rounds)))
cells = st.one_of(st.none(), st.text(max_size=5), numbers, shares)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.lists(st.text(max_size=5), max_size=3, unique=True))
    rows = draw(st.lists(st.tuples(st.text(max_size=5), st.tuples(*[cells] * len(columns))), max_size=3))
    missing = draw(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2))
    made = tuple(Row(name, figures) for name, figures in rows)
    return Table(draw(st.text(max_size=5)), tuple(columns), made, draw(st.text(max_size=5)), missing)


@given(st.lists(tables(), max_size=2), st.booleans())
def test_a_report_survives_json(some: list[Table], is_quick: bool) -> None:
    report = Report({"machine": {"cores": 2}}, is_quick, (Measured("a", tuple(some), 1.5, 0.5, "gave up"),))
    assert Report.from_json(report.to_json()) == report


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"facts": {}, "is_quick": true, "benchmarks": [{"name": "a"}]}'])
def test_what_is_no_report_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError):
        Report.from_json(text)


def test_a_peer_that_is_not_here_is_in_the_table_with_the_reason() -> None:
    table = Table("Reading", ("messages/s", "of limit"), (Row("msgcore", (1234.5, 0.0123)),), missing={"GMime": "gone"})
    assert table.markdown().splitlines()[2:] == [
        "| case | messages/s | of limit |",
        "| --- | ---: | ---: |",
        "| msgcore | 1,234 | 0.0123 |",
        "| GMime | missing: gone |  |",
    ]


def report(**rounds: tuple[float, ...]) -> Report:
    """Make a report of one table, of cases whose names are ``ours``, ``peer`` and ``limit``."""
    names = {"ours": "msgcore", "also_ours": "msgcore, asyncio", "peer": "smtplib", "limit": "limit: raw"}
    rows = tuple(Row(names[name], (Share(shares),)) for name, shares in rounds.items())
    return Report({}, False, (Measured("sending", (Table("2 KB", ("of limit",), rows),), 1.0, 1.0),))


def test_what_moved_by_more_than_its_spread_is_told_and_regressions_first() -> None:
    old = report(ours=(0.5, 0.5, 0.52), also_ours=(0.4, 0.4, 0.4), peer=(0.3, 0.3, 0.3), limit=(1, 1, 1))
    new = report(ours=(0.3, 0.31, 0.32), also_ours=(0.6, 0.6, 0.6), peer=(0.1, 0.1, 0.1), limit=(2, 2, 2))
    moves = moves_between(old, new)
    assert [(move.case, move.is_regression) for move in moves] == [
        ("msgcore", True),
        ("msgcore, asyncio", False),
        ("smtplib", False),
    ]
    assert regressions_in(moves) == moves[:1]


@pytest.mark.parametrize("rounds", [(0.45, 0.46, 0.47), (0.3, 0.35, 0.6), (0.1,)])
def test_a_move_within_a_tenth_or_within_the_spread_or_of_one_round_is_none(rounds: tuple[float, ...]) -> None:
    assert not moves_between(report(ours=(0.49, 0.5, 0.5)), report(ours=rounds))


def test_a_quick_run_and_a_full_one_are_not_compared() -> None:
    full = report(ours=(1,))
    with pytest.raises(ValueError, match="quick"):
        moves_between(full, attrs.evolve(full, is_quick=True))


def test_the_status_of_a_comparison_tells_of_a_regression(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(report(ours=(0.5, 0.5)).to_json())
    new.write_text(report(ours=(0.2, 0.2)).to_json())
    assert main(["--here", "compare", str(old), str(new)]) == 1
    assert "0.40 x  sending, 2 KB, msgcore: 0.5 -> 0.2 of limit" in capsys.readouterr().out
    assert main(["--here", "compare", str(new), str(old)]) == 0


def all_tables() -> Report:
    """Make a report that has what each picture shows."""
    figures: dict[tuple[str, str], Table] = {}
    for one in PICTURES:
        rows = tuple(Row(name, (12.5, Share((0.5,)))) for name in ("limit: <raw>", "msgcore", "a & b"))
        figures[one.benchmark, one.table] = Table(one.table, (f"{one.unit}/s", "of limit"), rows)
    for name in GROWTHS:
        growing: tuple[Cell, ...] = (1.5, Share((1.0,)), 20.0, Share((1.0,)))
        columns = ("1,000: µs", "1,000: of limit", "10,000: µs", "10,000: of limit")
        figures["growth", name] = Table(name, columns, tuple(Row(f"msgcore {n}", growing) for n in range(9)))
    return Report({}, True, tuple(Measured(name, (table,), 1.0, 1.0) for (name, _), table in figures.items()))


def test_every_picture_is_xml_with_a_title(tmp_path: Path) -> None:
    drawn = list(draw_all(all_tables(), tmp_path))
    assert len(drawn) == len(PICTURES) + len(GROWTHS)
    for path in drawn:
        assert ElementTree.parse(path).getroot().find("{http://www.w3.org/2000/svg}title") is not None


def test_every_benchmark_says_what_it_is() -> None:
    assert all(summary(name) for name in BENCHMARKS)


def test_a_benchmark_through_the_runner_is_told_stored_and_ends_the_others_not(tmp_path: Path) -> None:
    told: list[Table] = []
    failed, done = runner.measure_each(["environment", "plugin_calls"], True, told.append)
    assert "measure" in failed.failure
    assert done.failure == "" and list(done.tables) == told
    assert [table.name for table in told] == ["Calls of a plug-in, blocking", "Calls of a plug-in, asyncio"]
    assert Report.from_json(Report(runner.gather_facts(), True, (done,)).to_json()).benchmarks == (done,)


def test_the_data_are_the_same_in_every_run_and_of_the_size_that_was_asked() -> None:
    assert small_mails(3) == small_mails(3)
    assert attachment_mails(2)[0] == attachment_mails(2)[0]
    assert 1_900 < len(sized_mails(2_000, 1)[0]) <= 2_000
    for octets in (1_000, 10_000, 1_000_000):
        mail = mail_with_file(octets)
        assert octets * 0.95 < len(mail) < octets * 1.1
        (attachment,) = mime.read(mail).attachments
        assert mime.check(mail) == () and attachment.filename
