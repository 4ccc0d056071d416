"""Every example in a docstring runs, in front of what it leaves to its reader."""

from __future__ import annotations

import ast
import asyncio
import builtins
import importlib
import inspect
import re
import textwrap
import types
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import msgcore
from msgcore.codecs import mime
from msgcore.errors import NotAccepted
from msgcore.model import Address, Deferred, Envelope, Message, Outcomes, Recipient, Unknown
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.listener import DirectoryCheck, from_networks
from msgcore.providers.smtp import SmtpConfig, SmtpService
from msgcore.runtime import AsyncioRuntime
from msgcore.spi import Capability, Secret
from msgcore.spi.url import ServiceUrl
from msgcore.testing.memory_queue import MemoryQueue
from msgcore.testing.scripted import Served, by_line, by_octet, whole
from msgcore.testing.servers import LoopbackSmtpServer
from msgcore.testing.stores import StoreConformance
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.smtp import serve_session
from tests.mta.doomed import NoDirectory
from tests.shared import REPOSITORY
from tests.testing.test_organization import Phones
from tests.testing.test_scripted_smtp import LETTER, SETTINGS, Handler, send

SOURCES = REPOSITORY / "src"
TEXTS = {
    "msgcore.providers.postoffice",
    "msgcore.props.text_form.parser",
    "msgcore.testing.transcripts.transcript.Transcript",
}
"""What stands apart in these is no Python."""


def docstrings(path: Path) -> Iterator[tuple[str, str]]:
    module = ".".join(path.relative_to(SOURCES).with_suffix("").parts).removesuffix(".__init__")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield module if isinstance(node, ast.Module) else f"{module}.{node.name}", ast.get_docstring(node) or ""


def examples() -> Iterator[tuple[str, str]]:
    paths = sorted(SOURCES.glob("msgcore/**/*.py"))
    # Taking all sources apart would take a quarter of the time that it takes to find the tests.
    for path in (path for path in paths if re.search(r'::(\n|""")', path.read_text(encoding="utf-8"))):
        for name, text in docstrings(path):
            blocks = re.findall(r"::\n((?:\n| {4}.*(?:\n|\Z))+)", text)
            assert len(blocks) == len(re.findall("::$", text, re.MULTILINE)), f"{name}: nothing stands behind '::'"
            if blocks and name not in TEXTS:
                yield name, "".join(textwrap.dedent(block) for block in blocks)


EXAMPLES = dict(examples())
SUITES = sorted(name for name, code in EXAMPLES.items() if re.search(r"^class Test", code, re.MULTILINE))


def run(name: str, given: Mapping[str, object], instead: tuple[str, str] = ("", "")) -> dict[str, Any]:
    """Run an example, which may name what its own module names, msgcore and what is given; give what it named."""
    names = {**vars(module_of(name)), "msgcore": msgcore, **given}
    code = EXAMPLES[name].replace(*instead)
    waiting: Coroutine[Any, Any, None] | None = eval(compile(code, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
    if waiting is not None:
        asyncio.run(waiting)
    return names


def module_of(name: str) -> types.ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return importlib.import_module(name.rpartition(".")[0])


def unknown_names(code: str) -> set[str]:
    """Give the names that an example uses and does not make."""
    used = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)]
    return {node.id for node in used if isinstance(node.ctx, ast.Load)} - set(dir(builtins))


def test_every_example_is_run_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in EXAMPLES if name not in SUITES and f'"{name}"' not in source] == []


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_is_derived_as_it_says(name: str) -> None:
    """What is the reader's own stands in for itself; all that the class says is what the suite asks for."""
    known: dict[str, object] = {"Capability": Capability, "Secret": Secret, "StoreConformance": StoreConformance}
    own = {one: type(one, (), {}) for one in unknown_names(EXAMPLES[name]) - {*vars(module_of(name)), *known}}

    named = run(name, known | own)

    derived: type[object] = named[re.findall(r"^class (Test\w+)", EXAMPLES[name], re.MULTILINE)[0]]
    asked = {one for base in derived.__mro__[1:] for one in {*vars(base), *inspect.get_annotations(base)}}
    assert {one for one, value in vars(derived).items() if one[0] != "_" and value is not None} - asked == set()


def test_an_organisation_in_memory() -> None:
    phones = Phones()
    more = {"Connector": Connector, "AddressSpace": AddressSpace, "Message": Message, "gateway": phones}

    named = run("msgcore.testing.organization", more)

    assert named["letter"].subject == "Hello"
    with msgcore.logon(named["office"].profile("ann")) as ann:
        ann.submit(Message(to="SMS:+46701", subject="Fire"))
        ann.flush_queues()
    assert len(phones.deliveries) == 1


def test_a_loop_that_is_watched() -> None:
    async def main() -> None:
        await asyncio.sleep(0)

    run("msgcore.testing.loopwatch.watch_loop", {"asyncio": asyncio, "main": main})


def test_a_server_of_imap_with_faults() -> None:
    run("msgcore.testing.servers.imap.LoopbackImapServer", {})


def test_a_server_of_pop3_with_faults() -> None:
    run("msgcore.testing.servers.pop3.LoopbackPop3Server", {})


def test_a_server_of_smtp_with_faults() -> None:
    letter = Message(from_="ann@a.test", to="bob@b.test", cc="cid@b.test", subject="Hello")
    with ThreadPoolExecutor(1) as pool:

        def begin(server: LoopbackSmtpServer) -> Future[Outcomes]:
            return pool.submit(msgcore.send, letter, via=server.url)

        instead = ("...", "sending = begin(server)")
        named = run("msgcore.testing.servers.smtp.LoopbackSmtpServer", {"begin": begin}, instead)
        with pytest.raises(NotAccepted) as caught:
            named["sending"].result()
    assert list(map(type, caught.value.outcomes.values())) == [Deferred, Unknown]


def test_a_runtime_with_scripted_peers() -> None:
    more = {
        "Served": Served,
        "by_octet": by_octet,
        "serve_session": serve_session,
        "handler": Handler({}),
        "settings": SETTINGS,
        "MyTransport": SmtpService,
        "config": SmtpConfig(url=ServiceUrl.parse("smtp://mx.b.test")),
        "envelope": Envelope(Address("SMTP", "ann@a.test"), (Recipient(Address("SMTP", "bob@b.test")),)),
        "message": mime.read(LETTER),
    }
    named = run("msgcore.testing.scripted.runtime.ScriptedRuntime", more)
    assert isinstance(named["outcomes"]["bob@b.test"], Deferred)


RECORD = """
    S: 220 mx.b.test ESMTP
    C: EHLO client.a.test
    S: 250 mx.b.test
    C: MAIL FROM:<ann@a.test>
    S: 250 ok
    C: RCPT TO:<ann@b.test>
    S: 250 ok
    C: RCPT TO:<bob@b.test>
    S: 250 ok
    C: RCPT TO:<cid@b.test>
    S: 250 ok
    C: DATA
    S: 354 go
    C: Subject: x
    C:
    C: ..Hello
    C: .
    S: 250 taken
    C: QUIT
    S: 221 bye
"""


def test_a_transcript_that_is_replayed() -> None:
    more = {"EACH_CUT": EACH_CUT, "RECORD": RECORD, "send_hello": send}
    named = run("msgcore.testing.transcripts.replay.replay", more)
    for cut in (whole, by_line, by_octet):
        named["test_a_message_is_sent"](cut)


def test_a_listener() -> None:
    more = {
        "runtime": AsyncioRuntime(),
        "queue": MemoryQueue(),
        "from_networks": from_networks,
        "DirectoryCheck": DirectoryCheck,
        "directory": NoDirectory(),
        "routes": RouteTable,
    }
    # It must not be open to others, nor take the port of mail.
    instead = ('Endpoint("", 25)', 'Endpoint("127.0.0.1", 0)')
    run("msgcore.mta.listener.listener.Listener", more, instead)
