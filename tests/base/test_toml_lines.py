"""Places of TOML as people read them. That lines are found is seen where tables are read (tests/mta/routing)."""

from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.toml_lines import path_of, place_of

KEYS = st.text("abc_-1", min_size=1, max_size=4)


@given(KEYS, st.lists(KEYS | st.integers(0, 30), max_size=5))
def test_a_place_that_is_written_is_read_again(first: str, rest: list[str | int]) -> None:
    place = (first, *rest)

    assert place_of(path_of(place)) == place


def test_a_place_is_written_as_people_read_it() -> None:
    assert path_of(("connectors", 2, "spaces", 0, "cost")) == "connectors[2].spaces[0].cost"
