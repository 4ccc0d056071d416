"""Where a text is broken that was to be TOML."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.toml_faults import line_of_fault

WHOLE = """\
[[services]]
service = "smtp"
url = "smtps://mail.a.test"
name = [
  "a",
]

"""


@given(st.integers(0, len(WHOLE) - 1), st.sampled_from(["", '"', "[", "\n\n"]))
def test_a_text_that_breaks_off_is_wrong_on_a_line_that_it_has(end: int, more: str) -> None:
    text = WHOLE[:end] + more
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = line_of_fault(error, text)
        assert line is not None
        assert 1 <= line <= text.count("\n") + 1


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb =", 2), ("a = 1\nb = [1,\n\n\n", 2), ('a = 1\n[x]\nb = "', 3), ("a = =\n", 1), ("a =", 1)],
)
def test_the_line_is_that_on_which_it_breaks_off(text: str, line: int) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as raised:
        tomllib.loads(text)
    assert line_of_fault(raised.value, text) == line
