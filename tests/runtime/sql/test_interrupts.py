"""Callers that are interrupted (Ctrl-C) at any step of a write: the database goes on as if they had not been there.

A child of the test interrupts itself with a timer, after times as long as a write lasts, and keeps the last
interruption, with all that it was at.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.runtime.sql.places import Place, texts

_PROGRAM = """
import itertools, json, random, signal, threading, time
from functools import partial

class Interrupted(KeyboardInterrupt):
    pass

def interrupt(*_):
    raise Interrupted

wanted, has_company, is_quick = int(sys.argv[1]), sys.argv[2] == "beside another", sys.argv[2] == "quickly"
database = Database.open(target, NOTES, create=False, busy_seconds=2.0)
done, errors, held = [], [], None
is_over = threading.Event()

def write(text):
    runtime.run(database.write(runtime, partial(add, text), is_quick=is_quick))
    done.append(text)

def accompany():
    for number in itertools.count():
        if is_over.is_set():
            return
        try:
            write(f"b{number}")
        except Exception as error:
            errors.append(repr(error))
            return

start = time.perf_counter()
for number in range(20):
    write(f"a{number}")
longest = (time.perf_counter() - start) / 20 * 1.2

other = threading.Thread(target=accompany, daemon=True)
if has_company:
    other.start()
signal.signal(signal.SIGALRM, interrupt)
chance, interrupted = random.Random(7), 0
for number in itertools.count():
    if interrupted == wanted or errors:
        break
    try:
        write(f"d{number}")  # there is a connection again
        signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.00001, longest))
        write(f"c{number}")
        signal.setitimer(signal.ITIMER_REAL, 0)
    except Interrupted as interruption:
        held, interrupted = interruption, interrupted + 1
    except Exception as error:
        errors.append(repr(error))
is_over.set()
if has_company:
    other.join()
write("last")
runtime.run(database.close(runtime))
print(json.dumps([interrupted, errors, done]))
"""


def interrupt(place: Place, times: int, how: str) -> tuple[int, list[str], list[str]]:
    """Give how often the child was interrupted, what went wrong besides, and what it was told is on the disk."""
    child = place.start(_PROGRAM, str(times), how)
    try:
        said, _ = child.communicate(timeout=30 + times / 10)
    finally:
        child.kill()
    interrupted, errors, done = json.loads(said)
    return interrupted, errors, done


def hinders_no_other(place: Place, times: int, how: str) -> None:
    database = place.open()
    interrupted, errors, done = interrupt(place, times, how)
    found = Counter(place.read(database, texts))

    assert (interrupted, errors) == (times, [])
    assert [text for text in done if found[text] != 1] == []


@pytest.mark.parametrize("how", ["alone", "beside another"])
@pytest.mark.parametrize("times", [100, pytest.param(5_000, marks=pytest.mark.soak)])
def test_a_write_that_is_interrupted_hinders_no_other(place: Place, times: int, how: str) -> None:
    hinders_no_other(place, times, how)


@pytest.mark.parametrize("times", [100, pytest.param(5_000, marks=pytest.mark.soak)])
def test_a_quick_write_that_is_interrupted_hinders_no_other(tmp_path: Path, times: int) -> None:
    place = Place(tmp_path / "notes.db")
    try:
        hinders_no_other(place, times, "quickly")
    finally:
        place.close()
