"""What is remembered of messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from msgcore.props.table import PidTagImportance, PidTagSubject
from msgcore.providers.imap.header_cache import HeaderCache


def test_what_is_kept_is_known() -> None:
    cache = HeaderCache()
    cache.keep(1, 2, {PidTagSubject: "a", PidTagImportance: None})
    assert cache.known(1, 2) == {PidTagSubject: "a", PidTagImportance: None}


def test_values_that_come_later_stand_beside_those_before() -> None:
    cache = HeaderCache()
    cache.keep(1, 2, {PidTagSubject: "a"})
    cache.keep(1, 2, {PidTagImportance: 2})
    assert cache.known(1, 2) == {PidTagSubject: "a", PidTagImportance: 2}


def test_nothing_is_known_of_another_message() -> None:
    cache = HeaderCache()
    cache.keep(1, 2, {PidTagSubject: "a"})
    assert (cache.known(2, 2), cache.known(1, 1)) == ({}, {})


@given(st.lists(st.tuples(st.integers(1, 50), st.text(max_size=50)), max_size=200))
def test_what_is_known_is_what_was_kept_last_or_nothing(kept: list[tuple[int, str]]) -> None:
    cache = HeaderCache(limit_octets=2_000)
    last: dict[int, str] = {}
    for uid, text in kept:
        cache.keep(1, uid, {PidTagSubject: text})
        last[uid] = text
    assert all(cache.known(1, uid) in ({}, {PidTagSubject: text}) for uid, text in last.items())


def test_it_does_not_grow_without_end() -> None:
    cache = HeaderCache(limit_octets=100_000)
    for uid in range(1, 2_000):
        cache.keep(1, uid, {PidTagSubject: "x" * 500})
    known = sum(bool(cache.known(1, uid)) for uid in range(1, 2_000))
    assert known * 500 <= 100_000 + 2_000
