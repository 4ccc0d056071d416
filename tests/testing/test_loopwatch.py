"""The watch on the event loop: what it notes, and what it lets pass."""

from __future__ import annotations

import asyncio
import importlib
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from msgcore.testing.loopwatch import watch_loop


def connect(blocking: bool) -> None:
    with socket.socket() as connection, suppress(OSError):
        connection.setblocking(blocking)
        connection.connect(("127.0.0.1", 1))


def fetch() -> None:
    with suppress(OSError):
        urllib.request.urlopen("http://127.0.0.1:1/", timeout=1)


def read_file() -> None:
    Path(__file__).read_bytes()


BLOCKING: dict[str, Callable[[], object]] = {
    "time.sleep": lambda: time.sleep(0),
    "socket.connect": lambda: connect(True),
    "socket.getaddrinfo": lambda: socket.getaddrinfo("localhost", 1),
    "socket.gethostbyname": lambda: socket.gethostbyname("localhost"),
    "sqlite3.connect": lambda: sqlite3.connect(":memory:").close(),
    "subprocess.Popen": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    "os.system": lambda: os.system("exit"),  # pyright: ignore[reportDeprecated]
    "urllib.Request": fetch,
    "open": read_file,
}


async def on_the_loop(call: Callable[[], object]) -> None:
    call()


@pytest.mark.parametrize("what", BLOCKING)
def test_a_call_that_blocks_is_noted(what: str) -> None:
    with watch_loop() as seen:
        asyncio.run(on_the_loop(BLOCKING[what]))

    assert what in {one.what for one in seen}


@pytest.mark.parametrize("what", BLOCKING)
def test_the_same_call_in_a_thread_is_not_noted(what: str) -> None:
    async def main() -> None:
        await asyncio.to_thread(BLOCKING[what])

    with watch_loop() as seen:
        asyncio.run(main())

    assert seen == []


@pytest.mark.parametrize("what", BLOCKING)
def test_the_same_call_without_a_loop_is_not_noted(what: str) -> None:
    with watch_loop() as seen:
        BLOCKING[what]()

    assert seen == []


def test_a_socket_that_does_not_block_may_connect() -> None:
    with watch_loop() as seen:
        asyncio.run(on_the_loop(lambda: connect(False)))

    assert seen == []


def test_a_device_may_be_opened() -> None:
    with watch_loop() as seen:
        asyncio.run(on_the_loop(lambda: Path(os.devnull).open("rb").close()))

    assert seen == []


def test_an_address_needs_no_look_up() -> None:
    with watch_loop() as seen:
        asyncio.run(on_the_loop(lambda: socket.getaddrinfo("127.0.0.1", 1)))

    assert seen == []


def test_modules_may_be_imported() -> None:
    def imports() -> None:
        sys.modules.pop("colorsys", None)
        importlib.import_module("colorsys")

    with watch_loop() as seen:
        asyncio.run(on_the_loop(imports))

    assert seen == []


def test_asyncio_may_start_a_process_of_its_own() -> None:
    async def main() -> None:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
        await process.wait()

    with watch_loop() as seen:
        asyncio.run(main())

    assert seen == []


def test_the_place_is_outside_the_standard_library() -> None:
    with watch_loop() as seen:
        asyncio.run(on_the_loop(read_file))

    line = read_file.__code__.co_firstlineno + 1
    assert [str(one) for one in seen] == [f"open at {__file__}:{line}"]


def test_a_loop_in_a_thread_that_is_started_meanwhile_is_watched() -> None:
    with watch_loop() as seen:
        thread = threading.Thread(target=lambda: asyncio.run(on_the_loop(BLOCKING["time.sleep"])))
        thread.start()
        thread.join()

    assert [one.what for one in seen] == ["time.sleep"]


def test_nothing_is_noted_after_the_end() -> None:
    with watch_loop() as seen:
        pass
    asyncio.run(on_the_loop(read_file))
    asyncio.run(on_the_loop(BLOCKING["time.sleep"]))

    assert seen == []


def test_a_profile_function_that_was_there_is_there_again() -> None:
    def profile(*_: object) -> None:
        """Look on."""

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        with watch_loop():
            pass
        after = sys.getprofile()
    finally:
        sys.setprofile(before)

    assert after is profile
