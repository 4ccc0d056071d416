"""Hostile restrictions and texts (case D05 of the security reference), and the job that each must end in bounds.

``python -m tests.hostile.restriction_cases`` serves them.
"""

from __future__ import annotations

from collections.abc import Callable

from msgcore.errors import TooComplex
from msgcore.props import PidTagMessageSize, PidTagSubject, PropBag, Restriction, match
from msgcore.props.restriction import AmbiguousName, And, Content, ContentMode, Not, Or
from msgcore.props.table import PidTagDisplayName
from tests.hostile.forks import serve

LONG = 100_000
MEGABYTE = 1_000_000


def _deep(depth: int) -> Restriction:
    made = PidTagSubject.exists()
    for _ in range(depth):
        made = Not(made)
    return made


def _shared(levels: int) -> Restriction:
    """Few objects that stand for 9,999 to the power of ``levels`` terms."""
    made = PidTagSubject.exists()
    for _ in range(levels):
        made = And((made,) * 9_999)
    return made


def _in_subject(restriction: Restriction, text: str) -> str:
    bag = PropBag()
    bag[PidTagSubject] = text
    bag[PidTagDisplayName] = text
    try:
        return str(match(restriction, bag))
    except TooComplex as error:
        return str(error)


def _phrase(text: str, mode: ContentMode = ContentMode.PHRASE) -> Restriction:
    return Content(PidTagSubject, mode, text, ignore_non_space=True)


CASES: dict[str, tuple[Callable[[], str], str]] = {
    "10,000 levels": (lambda: _in_subject(_deep(10_000), ""), "nested deeper than 100"),
    "100,000 terms": (lambda: _in_subject(PidTagMessageSize.is_in(range(100_000)), ""), "more than 10000 terms"),
    "terms shared over ten levels": (lambda: _in_subject(_shared(10), ""), "more than 10000 terms"),
    "(a+)+$": (lambda: _in_subject(PidTagSubject.matches("(a+)+$"), "a" * LONG + "b"), "False"),
    "(a|aa)*c": (lambda: _in_subject(PidTagSubject.matches("(a|aa)*c"), "a" * LONG), "False"),
    "(.*.*.*=.*)$": (lambda: _in_subject(PidTagSubject.matches("^(.*.*.*=.*x)$"), "x=" * LONG), "False"),
    "a hundred patterns of many states": (
        lambda: _in_subject(
            Or(tuple(PidTagSubject.matches(f"[a-q][^u-z]{{{n}}}x$") for n in range(1, 101))), "a" * LONG
        ),
        "False",
    ),
    "a pattern that grows": (lambda: _in_subject(PidTagSubject.matches("((a{99}){99}){99}"), "a"), "pattern"),
    "a phrase that nearly stands everywhere": (lambda: _in_subject(_phrase("a " * 5_000 + "b"), "a " * LONG), "False"),
    "a phrase of a megabyte in itself": (lambda: _in_subject(_phrase("a " * MEGABYTE), "a " * MEGABYTE), "True"),
    "a word of a megabyte": (lambda: _in_subject(_phrase("å" * MEGABYTE), "å" * MEGABYTE), "True"),
    "a megabyte of combining marks": (lambda: _in_subject(_phrase("a"), "\u0301" * MEGABYTE), "False"),
    "marks of every class": (
        lambda: _in_subject(_phrase("ab"), "".join(chr(0x300 + n % 70) for n in range(MEGABYTE))),
        "False",
    ),
    "marks of every class, loosely": (
        lambda: _in_subject(
            Content(PidTagSubject, ContentMode.FULL, "a", is_loose=True),
            "".join(chr(0x300 + n % 70) for n in range(MEGABYTE)),
        ),
        "False",
    ),
    "vowels that decompose into marks": (lambda: _in_subject(_phrase("a"), "\u0f73" * LONG), "False"),
    "voicing marks that are letters, loosely": (
        lambda: _in_subject(Content(PidTagSubject, ContentMode.FULL, "a", is_loose=True), "\uff9e\u0301" * LONG),
        "False",
    ),
    "letters and vowel signs in turn": (lambda: _in_subject(_phrase("b"), "a\u0903" * MEGABYTE), "False"),
    "a megabyte without spaces": (lambda: _in_subject(_phrase("漢" * 99 + "字"), "漢" * MEGABYTE), "False"),
    "a gap of a megabyte": (
        lambda: _in_subject(Content(PidTagSubject, ContentMode.FULL, "a b", is_loose=True), "a" + " " * MEGABYTE + "b"),
        "True",
    ),
    "a name of 20,000 words": (lambda: _in_subject(AmbiguousName("a " * 20_000), "a " * 100), "True"),
    "a name of one word many times": (lambda: _in_subject(AmbiguousName("a " * LONG), "b " * LONG + "a"), "True"),
    "a part that nearly stands everywhere": (
        lambda: _in_subject(PidTagSubject.contains("a" * LONG + "b", ignore_case=True), "a" * MEGABYTE),
        "False",
    ),
}


def prepare(name: str) -> tuple[Callable[[], None], int]:
    job, expected = CASES[name]

    def check() -> None:
        answer = job()
        assert expected in answer, answer

    return check, 0


if __name__ == "__main__":
    serve(prepare)
