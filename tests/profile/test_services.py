"""Administering services in a profile's file: checked before, written whole, and all else left as it is."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from msgcore.errors import MsgcoreError, NotSupported, ProfileChanged, ProfileError, UsageError
from msgcore.profile import ProfileAdmin, ServiceAdmin
from msgcore.profile.draft import Draft
from msgcore.profile.layout import layout_of
from msgcore.profile.toml import value_text

TEXT = """\
# My accounts.

# The account.
[[services]]
service = "internet-mail"   # the main one
email = "ann@a.test"
smtp = "smtps://mail.a.test"
pop3 = "pop3s://mail.a.test"
deliver_to = "archive"
user = "ann"
password = "env:PW"

# Archive, local.
[[services]]
  service = "personal-folders"
  name = "archive"
  path = "archive.db" # here

# The end.
"""

ADDED = '\n[[services]]\nservice = "personal-folders"\nname = "new"\npath = "/new.db"\n'


@attrs.frozen
class Work:
    """A profile "work" of that text."""

    admin: ProfileAdmin

    @property
    def file(self) -> Path:
        return self.admin.folder / "work.toml"

    @property
    def text(self) -> str:
        return self.file.read_bytes().decode()

    def write(self, text: str) -> ServiceAdmin:
        self.file.write_bytes(text.encode())
        self.file.chmod(0o600)
        return self.services

    @property
    def services(self) -> ServiceAdmin:
        return self.admin.services("work")


@pytest.fixture
def work(tmp_path: Path) -> Work:
    made = Work(ProfileAdmin(tmp_path))
    made.write(TEXT)
    return made


Change = Callable[[ServiceAdmin], None]

CHANGES: dict[str, tuple[Change, str, str]] = {
    "a value": (lambda s: s.configure("archive", {"path": "/b.db"}), '"archive.db" # here', '"/b.db" # here'),
    "a new value": (
        lambda s: s.configure("archive", {"display_name": "Old"}),
        '"archive.db" # here\n',
        '"archive.db" # here\n  display_name = "Old"\n',
    ),
    "no value": (lambda s: s.configure("internet-mail", {"deliver_to": None}), 'deliver_to = "archive"\n', ""),
    "no value that is not there": (lambda s: s.configure("archive", {"display_name": None}), TEXT, TEXT),
    "a service more": (
        lambda s: s.create({"service": "personal-folders", "name": "new", "path": "/new.db"}),
        "# The end.\n",
        f"# The end.\n{ADDED}",
    ),
    "a service less": (
        lambda s: s.delete("internet-mail"),
        TEXT[TEXT.index("[[services]]") : TEXT.index("\n# Archive")],
        "",
    ),
    "the transport order": (
        lambda s: s.set_transport_order(["archive", "internet-mail"]),
        "# The account.\n",
        'transport_order = ["archive", "internet-mail"]\n\n# The account.\n',
    ),
    "the spooler": (
        lambda s: s.set_spooler({"lifetime": "5d", "at_least_once": True}),
        "# The account.\n",
        'spooler = { lifetime = "5d", at_least_once = true }\n\n# The account.\n',
    ),
    "the default store": (
        lambda s: s.set_default_store("archive"),
        "# here\n",
        "# here\n  default_store = true\n",
    ),
    "the primary identity": (
        lambda s: s.set_primary_identity("internet-mail"),
        '"env:PW"\n',
        '"env:PW"\nprimary_identity = true\n',
    ),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_change_leaves_all_else_octet_for_octet(work: Work, what: str, line_end: str) -> None:
    change, old, new = CHANGES[what]
    assert old in TEXT

    change(work.write(TEXT.replace("\n", line_end)))

    assert work.text == TEXT.replace(old, new).replace("\n", line_end)
    assert work.admin.profile("work").services


@pytest.mark.parametrize("top", ["", "\n", "# c\n", "# c\n\n", "# c\n\n\n# d\n"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_transport_order_that_is_set_and_taken_back_leaves_no_blank_line(work: Work, top: str, line_end: str) -> None:
    text = (top + TEXT[TEXT.index("[[") :]).replace("\n", line_end)
    services = work.write(text)

    services.set_transport_order(["archive"])
    services.set_transport_order([])

    assert work.text == text


def test_a_service_is_renamed_wherever_it_is_named(work: Work) -> None:
    work.services.set_transport_order(["archive"])
    work.services.rename("archive", "cellar")

    profile = work.admin.profile("work")
    assert (profile.transport_order, profile.services[0].values["deliver_to"], profile.services[1].name) == (
        ("cellar",),
        "cellar",
        "cellar",
    )


def test_changes_follow_one_another(work: Work) -> None:
    services = work.services
    services.create({"service": "personal-folders", "name": "new", "path": "/new.db"})
    services.set_default_store("new")
    services.set_default_store("archive")
    services.set_transport_order(["new", "archive"])
    services.delete("new")
    services.set_default_store(None)
    services.set_transport_order([])

    assert (services.names, work.text.replace("\n", "")) == (("internet-mail", "archive"), TEXT.replace("\n", ""))


def test_a_profile_without_services_gets_its_first_one(work: Work) -> None:
    work.write("").create({"service": "personal-folders", "name": "new", "path": "/new.db"})

    assert work.text == ADDED.lstrip("\n")


def test_relative_paths_become_absolute(work: Work, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    work.services.configure("archive", {"path": "b.db"})

    assert work.admin.profile("work").services[1].values["path"] == str(tmp_path / "here" / "b.db")


WRONG: list[tuple[Change, type[MsgcoreError], str]] = [
    (
        lambda s: s.configure("archive", {"paht": "x"}),
        ProfileError,
        r"services\[1\]: no such key; did you mean path",
    ),
    (lambda s: s.configure("archive", {"path": None}), ProfileError, "has to be given"),
    (lambda s: s.configure("archive", {"path": object()}), ProfileError, "cannot hold a object"),
    (lambda s: s.configure("internet-mail", {"password": "hunter2"}), ProfileError, "by reference"),
    (
        lambda s: s.configure("nobody", {}),
        ProfileError,
        "no service is called 'nobody'; there are internet-mail, arch",
    ),
    (lambda s: s.configure("archive", {"name": "x"}), UsageError, "use rename"),
    (lambda s: s.configure("archive", {"default_store": True}), UsageError, "use set_default_store"),
    (
        lambda s: s.create({"service": "internet-male"}),
        ProfileError,
        "did you mean internet-mail[?]",
    ),
    (lambda s: s.set_default_store("archiv"), ProfileError, "no service is called 'archiv'; did you mean archive[?]"),
    (lambda s: s.create({"service": "personal-folders", "name": "archive", "path": "x"}), ProfileError, "is taken"),
    (lambda s: s.rename("archive", "internet-mail"), ProfileError, "is taken"),
    (lambda s: s.rename("archive", ""), ProfileError, "need a text"),
    (lambda s: s.delete("archive"), ProfileError, "internet-mail delivers to archive"),
    (lambda s: s.set_transport_order(["archive", "archive"]), ProfileError, "twice"),
    (lambda s: s.set_transport_order(["nobody"]), ProfileError, "no service is called 'nobody'"),
    (lambda s: s.set_transport_order("archive"), UsageError, "need a list"),
    (lambda s: s.set_spooler({"lifetime": "soon"}), ProfileError, "lifetime: .*no time span"),
    (lambda s: s.set_primary_identity("nobody"), ProfileError, "no service is called"),
]


@pytest.mark.parametrize(("change", "kind", "problem"), WRONG)
def test_what_would_be_wrong_is_not_written(work: Work, change: Change, kind: type[MsgcoreError], problem: str) -> None:
    with pytest.raises(kind, match=problem):
        change(work.services)
    assert (work.text, [file.name for file in work.admin.folder.iterdir() if file.suffix == ".new"]) == (TEXT, [])


def test_what_an_editor_saved_meanwhile_stays(work: Work) -> None:
    services = work.services
    edited = TEXT.replace("# The end.", "# Just saved.")
    work.write(edited)

    with pytest.raises(ProfileChanged, match=r"work\.toml: was changed since it was read.*read it again"):
        services.set_default_store("archive")

    assert work.text == edited


def test_of_two_programs_the_second_one_is_told(work: Work) -> None:
    first, second = work.services, work.services
    first.set_default_store("archive")

    with pytest.raises(ProfileChanged):
        second.set_transport_order(["archive"])
    work.services.set_transport_order(["archive"])

    profile = work.admin.profile("work")
    assert (profile.transport_order, profile.services[1].is_default_store) == (("archive",), True)


def test_of_many_at_the_same_time_nobody_loses_a_service(work: Work) -> None:
    """Each reads, adds, and does both again when somebody was faster."""

    def add(number: int) -> None:
        while True:
            services = work.services
            try:
                services.create({"service": "personal-folders", "name": str(number), "path": f"/{number}.db"})
            except ProfileChanged:
                continue
            return

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(12)))

    names = [entry.name for entry in work.admin.profile("work").services]
    assert (names[:2], sorted(names[2:], key=int)) == (["internet-mail", "archive"], [str(n) for n in range(12)])
    assert work.text.startswith(TEXT)


def test_a_profile_that_is_gone_is_not_made_again(work: Work) -> None:
    services = work.services
    work.admin.delete("work")
    with pytest.raises(ProfileChanged):
        services.set_default_store("archive")
    assert work.admin.names() == ()


def test_a_fault_made_by_hand_may_be_mended(work: Work) -> None:
    services = work.write(TEXT.replace('path = "archive.db"', 'paht = "archive.db"'))

    services.configure("archive", {"paht": None, "path": "/archive.db"})

    assert work.admin.profile("work").services[1].values["path"] == "/archive.db"


@pytest.mark.parametrize(
    "text",
    [
        'services = [{service = "personal-folders", path = "a.db"}]\n',
        '[[services]]\nservice = "personal-folders"\npath = "a.db"\n[services.more]\nx = 1\n',
    ],
)
def test_what_is_written_otherwise_is_left_to_a_person(work: Work, text: str) -> None:
    with pytest.raises(ProfileError, match="services"):
        work.write(text).configure("personal-folders", {"display_name": "x"})
    assert work.text == text


# Any text

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
BLANKS = st.sampled_from(["", " ", "\t", "  "])
COMMENTS = st.builds(
    "#{}".format, st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.just('"""[[services]]')
)
VALUES: st.SearchStrategy[str] = st.one_of(
    WORDS.map(lambda text: value_text("key", text)),
    st.sampled_from(
        ['"""\n[[services]]\nx = 1 # no comment"""', "'''it's # \"\"\" '''", '""""quoted" \\""""', "''", "'#'"]
    ),
    st.sampled_from(["1", "true", "2.5", '[\n  "a", # [ one\n  "b]",\n]', "[]", "[[1], ['#']]"]),
)


@pytest.mark.parametrize("value", [None, "new"])
def test_a_key_of_parts_is_left_to_a_person(tmp_path: Path, value: str | None) -> None:
    draft = Draft('[[services]]\nservice = "smtp"\nuser.name = "ann"\n', tmp_path / "work.toml")

    with pytest.raises(ProfileError, match="cannot be changed in place"):
        draft.set(0, "user", value)


def test_a_table_above_the_services_keeps_no_other_key_from_being_changed(tmp_path: Path) -> None:
    text = 'transport_order = ["smtp"] # the\n[spooler]\nlifetime = "5d"\n[[services]]\nservice = "smtp"\n'
    draft = Draft(text, tmp_path / "work.toml")
    draft.set(None, "transport_order", [])

    assert draft.checked()["spooler"] == {"lifetime": "5d"}
    assert draft.text == text.replace('["smtp"]', "[]")


@st.composite
def profile_texts(draw: st.DrawFn) -> str:
    """Write a profile as people do, with keys that no service has."""

    def lines(keys: list[str]) -> list[str]:
        made: list[str] = []
        for key in keys:
            made += draw(st.lists(st.one_of(BLANKS, COMMENTS), max_size=2))
            indent, before, after = draw(BLANKS), draw(BLANKS), draw(BLANKS)
            comment = draw(st.one_of(st.just(""), COMMENTS))
            made.append(f"{indent}{key}{before}={after}{draw(VALUES)}{draw(BLANKS)}{comment}")
        return made

    keys = st.lists(st.sampled_from(["a", "b-1", '"c d"', "'e.f'", '"\\u0041"']), unique=True, max_size=4)
    written = lines(draw(keys))
    for number in range(draw(st.integers(0, 3))):
        header = draw(st.sampled_from(["[[services]]", " [[ services ]] # header", '[["services"]]']))
        written += [header, f'name = "{number}"', *lines(draw(keys))]
    written += draw(st.lists(COMMENTS, max_size=1))
    return draw(st.sampled_from(["\n", "\r\n"])).join(written) + draw(st.sampled_from(["", "\n"]))


def said(text: str) -> dict[str, Any]:
    return {"services": [], **tomllib.loads(text)}


@given(profile_texts())
def test_every_key_is_found_where_it_stands(text: str) -> None:
    layout = layout_of(text)
    data = tomllib.loads(text)
    tables = [(layout.top, {k: v for k, v in data.items() if k != "services"})]
    tables += [(one.statements, said) for one, said in zip(layout.services, data.get("services", []), strict=True)]
    for statements, values in tables:
        found = {
            one.key: tomllib.loads(f"x = {text[one.value_start : one.value_end]}")["x"] for one in statements.values()
        }
        assert found == values


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(profile_texts(), st.data())
def test_any_change_says_what_it_means_and_keeps_every_other_line(text: str, data: st.DataObject) -> None:
    draft = Draft(text, Path("work.toml"))
    number = data.draw(st.sampled_from([None, *range(len(draft.tables))]))
    key = data.draw(st.sampled_from(["a", "c d", "e.f", "new key"]))
    value = data.draw(st.one_of(st.none(), WORDS, st.booleans(), st.lists(WORDS, max_size=2)))
    before = said(text)

    draft.set(number, key, value)

    table = before if number is None else before["services"][number]
    old = layout_of(text).top if number is None else layout_of(text).services[number].statements
    table.update({} if value is None else {key: value})
    if value is None:
        table.pop(key, None)
    cut = text if key not in old else text[: old[key].start] + text[old[key].end :]
    assert draft.checked() == before
    # With the last key above all tables goes a blank line.
    lines = str.splitlines if number is not None or layout_of(draft.text).top else str.split
    assert is_in_order(lines(cut), lines(draft.text))


@given(profile_texts(), st.data())
def test_a_service_that_was_added_is_taken_away_without_a_trace_but_line_ends(text: str, data: st.DataObject) -> None:
    table = data.draw(st.dictionaries(WORDS.filter(bool), WORDS, max_size=3))
    draft = Draft(text, Path("work.toml"))

    draft.add(table)
    assert draft.checked() == {**said(text), "services": [*said(text)["services"], table]}
    draft.remove(len(draft.tables) - 1)

    assert draft.checked() == said(text)
    assert draft.text.rstrip() == text.rstrip()


def is_in_order(lines: list[str], among: list[str]) -> bool:
    """Say whether all these lines stand among others, in their order."""
    rest = iter(among)
    return all(any(line == other for other in rest) for line in lines)


def test_a_service_that_this_version_lacks_is_not_added(work: Work) -> None:
    with pytest.raises((NotSupported, ProfileError), match="nothing-like-it"):
        work.services.create({"service": "nothing-like-it"})
    assert work.text == TEXT
