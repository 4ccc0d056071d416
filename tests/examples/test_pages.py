"""Every block of code on every page of the documentation runs, in its order, and prints what the page says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Generator
from importlib import resources
from pathlib import Path

import pytest
import typer
import typer.main
from typer.core import TyperGroup

from msgcore.cli.app import app_of
from msgcore.cli.main import CORE, core_parser
from msgcore.codecs.mime.reports.bounces.rules import parse_rules
from msgcore.mta.configuration import load_configuration
from msgcore.profile import ProfileAdmin
from tests.examples.host import Host
from tests.examples.pages import PAGES, Block, blocks_of, commands_of, is_shown, sessions_of
from tests.examples.world import NAMES
from tests.servers import Authority, Postgresql

# What this page makes, with every block on it, is installed into an environment of its own by test_installed.
FOLLOWED = "plugins"
PROGRAMS = [page for page in PAGES if page != FOLLOWED and blocks_of(page, "python")]
CONSOLES = [page for page in PAGES if blocks_of(page, "console")]
MARK = "-- next block --"


def read_profile(block: Block, folder: Path) -> None:
    (folder / "work.toml").write_text(block.text, encoding="utf-8")
    (folder / "work.toml").chmod(0o600)
    profile, faults = ProfileAdmin(folder).examine("work")
    assert profile.services
    assert faults == ()


def read_configuration(block: Block, folder: Path) -> None:
    for name in ("db.secret", "dkim.pem"):
        (folder / name).write_text("geheim\n")
        (folder / name).chmod(0o600)
    (folder / "routes.toml").write_text("connectors = []\n")
    (folder / "mta.toml").write_text(block.text.replace("/etc/msgcore", str(folder)), encoding="utf-8")
    load_configuration(folder / "mta.toml")


def read_family(block: Block, _: Path) -> None:
    files = resources.files("msgcore.codecs.mime.reports.bounces")
    general, phrases = (files.joinpath(name).read_text(encoding="utf-8") for name in ("rules.toml", "phrases.toml"))
    families = parse_rules(f"{general}\n{block.text}", phrases).families
    assert f'"{families[-1].name}"' in block.text


READERS: dict[str, Callable[[Block, Path], None]] = {
    "bounces": read_family,
    "imap": read_profile,
    "postgresql": read_profile,
    "running-an-mta": read_configuration,
}


def test_no_block_is_left_out() -> None:
    """Code runs, here or in test_installed, or is read by what reads it; not so a grammar and a unit of systemd."""
    found = {(page, block.language) for page in PAGES if page != FOLLOWED for block in blocks_of(page)}
    run = {(page, "python") for page in PROGRAMS} | {(page, "console") for page in CONSOLES}
    read = {(page, "toml") for page in READERS} | {("postgresql", "sql")}
    assert found - run - read == {("restrictions", "text"), ("running-an-mta", "ini")}


def test_no_fence_is_written_otherwise() -> None:
    for page, path in PAGES.items():
        fences = re.findall("^ *```", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(fences) == 2 * len(blocks_of(page)), page


@pytest.fixture(scope="module")
def host() -> Generator[Host]:
    with Host() as host:
        yield host


@pytest.fixture(scope="module")
def world(authority: Authority) -> dict[str, str]:
    pair = authority.issue("mail.a.test", *(f"DNS:{name}" for name in (*NAMES, "localhost")), "IP:127.0.0.1")
    return {"authority": str(authority.ca_file), "certificate": str(pair.certificate), "key": str(pair.key)}


@pytest.fixture
def folder(world: dict[str, str], tmp_path: Path) -> Path:
    """A folder as a reader has it: with a certificate, and the files that he would attach or read."""
    shutil.copyfile(world["certificate"], tmp_path / "mail.pem")
    shutil.copyfile(world["key"], tmp_path / "mail.key")
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "old.mbox").write_bytes(b"From x Mon Jan  5 10:00:00 2026\nFrom: b@b.test\nSubject: Old\n\nHello\n\n")
    return tmp_path


@pytest.mark.parametrize("page", PROGRAMS)
def test_the_programs_of_a_page_print_what_it_says(
    page: str, host: Host, world: dict[str, str], folder: Path, request: pytest.FixtureRequest
) -> None:
    more = {}
    if page == "postgresql":
        server = request.getfixturevalue("postgresql")
        assert isinstance(server, Postgresql)
        # The other one is run by test_maintenance of the internal store.
        for statement in blocks_of(page, "sql")[0].text.split(";\n"):
            server.psql(statement)
        more = {"postgresql_port": str(server.port)}
    blocks = blocks_of(page, "python")
    program = folder / "page.py"
    program.write_text(f"print({MARK!r})\n".join(block.text for block in blocks), encoding="utf-8")
    done = host.run(program, folder, **world, **more)
    assert (done.status, done.stderr) == (0, ""), done.stderr
    printed = done.stdout.split(f"{MARK}\n")
    for here, block in zip(printed, blocks, strict=True):
        assert is_shown(here, block.printed), f"{block.text}\n{here}"


@pytest.mark.parametrize("page", CONSOLES)
def test_the_commands_of_a_page_print_what_it_says(page: str, host: Host, world: dict[str, str], folder: Path) -> None:
    for block in blocks_of(page):
        if block.title:
            (folder / block.title).write_text(block.text, encoding="utf-8")
    for session in sessions_of(page):
        assert session.arguments[0] == "msgcore"
        done = host.command(session.arguments[1:], folder, **world)
        assert is_shown(done.stdout + done.stderr, session.printed), f"{session.arguments}\n{done}"


@pytest.mark.parametrize("page", READERS)
def test_the_files_of_a_page_are_read_by_what_reads_them(page: str, tmp_path: Path) -> None:
    for block in blocks_of(page, "toml"):
        READERS[page](block, tmp_path)


@pytest.mark.parametrize("page", [page for page in PAGES if commands_of(page)])
def test_the_commands_that_a_page_names_are_there_with_their_options(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in commands_of(page):
        for word in arguments:
            if re.fullmatch(r"[a-z]+\.[a-z]+", word):
                Path(word).touch()
        if not arguments[0].startswith("-"):
            _parse(arguments)


def _parse(arguments: list[str]) -> None:
    """Parse a command, and run nothing; what stands in the text without arguments names it alone."""
    if arguments[0] in CORE:
        if arguments[1:]:
            core_parser().parse_args(arguments)
        return
    command, parent = typer.main.get_command(app_of(CORE, lambda _: 0)), None
    while isinstance(command, TyperGroup) and arguments:
        parent = typer.Context(command, parent, info_name=arguments[0])
        found = command.get_command(parent, arguments[0])
        assert found is not None, arguments
        command, arguments = found, arguments[1:]
    if arguments:
        command.make_context(command.name, list(arguments), parent=parent)
