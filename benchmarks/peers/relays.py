"""Mail servers that take mail on one port and pass it on to another: for the benchmark mta.

Each runs in processes of its own. Postfix passes on over at most 20 connections, which it keeps; nothing slows its
intake. python-slimta keeps its queue in files (shelves) that it never syncs. The naive one is what a program of fifty
lines does: aiosmtpd takes a mail, a file that is synced keeps it, and one of 20 tasks with aiosmtplib passes it on.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from ..results import NotHere
from .senders import find_program

__all__ = [
    "SESSIONS",
    "Sink",
    "all_relays",
    "bare",
    "child",
    "free_port",
    "postfix",
    "postfix_missing",
    "send_with_source",
    "sink",
    "stopped_at_end",
    "wait_for_greeting",
]

SESSIONS = 20
START_SECONDS = 60.0

Relay = Callable[[int], AbstractContextManager[int]]
"""Starts a server that passes on to a port, and gives the port where it takes mail."""


def all_relays() -> tuple[dict[str, Relay], dict[str, str]]:
    """Give those that are here, and why each of the others is not."""
    found: dict[str, Relay] = {}
    missing = dict(postfix_missing())
    if not missing:
        found["Postfix"] = postfix
    for name, script, library in (
        ("python-slimta, no fsync", "slimta_relay.py", "slimta"),
        ("aiosmtpd, files, aiosmtplib", "naive_relay.py", "aiosmtpd"),
    ):
        if importlib.util.find_spec(library):
            found[name] = in_python(script)
        else:
            missing[name] = "pip install aiosmtpd aiosmtplib python-slimta"
    return found, missing


def in_python(script: str) -> Relay:
    @contextmanager
    def relay(sink_port: int) -> Generator[int]:
        program = Path(__file__).parent / script
        with (
            tempfile.TemporaryDirectory(prefix="mc-") as folder,
            child([program, free_port(), sink_port, folder]) as port,
        ):
            yield port

    return relay


bare = in_python("bare_relay.py")


def postfix_missing() -> dict[str, str]:
    if find_program("postfix") and os.geteuid() == 0:
        return {}
    return {"Postfix": "it has to be installed, and run by root; apt-get install postfix"}


# Where mail comes from, and where it ends


class Sink:
    """smtp-sink, which counts what it takes."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self._process = process
        self._changed = threading.Condition()
        self._count = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout
        while octets := os.read(self._process.stdout.fileno(), 65536):
            if counts := re.findall(rb"mesg=(\d+)", octets):
                with self._changed:
                    self._count = int(counts[-1])
                    self._changed.notify_all()

    @property
    def count(self) -> int:
        return self._count

    def wait_for(self, count: int, seconds: float = 300.0) -> None:
        """Wait until so many messages have come, since it was started."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._count >= count, seconds):
                raise TimeoutError(f"{count} messages expected, {self._count} came within {seconds} seconds")


@contextmanager
def sink() -> Generator[Sink]:
    program = find_program("smtp-sink")
    if program is None:
        raise NotHere("smtp-sink, which comes with Postfix")
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, *user, "-c", f"127.0.0.1:{port}", "1000"], stdout=subprocess.PIPE)
    with stopped_at_end(process):
        wait_for_greeting(port)
        yield Sink(port, process)


def send_with_source(
    port: int, count: int, octets: int, recipient: str = "bob@sink.test", sessions: int = SESSIONS
) -> None:
    """Send mails of about so many octets over all sessions at a time; each is another one by its Message-ID."""
    program = find_program("smtp-source")
    assert program is not None
    options = ["-d", "-s", sessions, "-m", count, "-l", octets, "-f", "ann@a.test", "-t", recipient]
    subprocess.run([program, *map(str, options), f"127.0.0.1:{port}"], check=True)


# Servers


@contextmanager
def child(arguments: Sequence[object]) -> Generator[int]:
    """Run a Python script whose first argument is the port where it greets."""
    process = subprocess.Popen([sys.executable, *map(str, arguments)], stdout=subprocess.DEVNULL)
    port = int(str(arguments[1]))
    with stopped_at_end(process):
        wait_for_greeting(port, process)
        yield port


@contextmanager
def postfix(sink_port: int, more: str = "") -> Generator[int]:
    """Run Postfix, with these lines at the end of its main.cf."""
    folder = Path(tempfile.mkdtemp(prefix="mc-", dir="/tmp"))
    folder.chmod(0o755)  # Postfix has users of its own
    port = free_port()
    try:
        for name in ("etc", "spool", "data"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        for name, text in (
            ("main.cf", MAIN.format(folder=folder, sink=sink_port, sessions=SESSIONS) + more),
            ("master.cf", MASTER.format(port=port)),
        ):
            (folder / "etc" / name).write_text(text)
            os.utime(folder / "etc" / name, (0, 0))  # it waits until its files are two seconds old
        program = find_program("postfix")
        assert program is not None
        subprocess.run([program, "-c", folder / "etc", "check"], check=True, capture_output=True)
        process = subprocess.Popen(["/usr/lib/postfix/sbin/master", "-c", folder / "etc", "-s"])
        with stopped_at_end(process):
            wait_for_greeting(port)
            yield port
    finally:
        shutil.rmtree(folder, ignore_errors=True)


MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mx.example.test
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
smtp_host_lookup = native
relay_domains = sink.test
transport_maps = inline:{{ {{sink.test = smtp:[127.0.0.1]:{sink}}} }}
in_flow_delay = 0
default_destination_concurrency_limit = {sessions}
initial_destination_concurrency = {sessions}
smtp_connection_cache_destinations = sink.test, 127.0.0.1
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup    unix n - n - 0 cleanup
qmgr       unix n - n 300 1 qmgr
tlsmgr     unix - - n 1000? 1 tlsmgr
rewrite    unix - - n - - trivial-rewrite
bounce     unix - - n - 0 bounce
defer      unix - - n - 0 bounce
trace      unix - - n - 0 bounce
verify     unix - - n - 1 verify
flush      unix n - n 1000? 0 flush
proxymap   unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp       unix - - n - - smtp
relay      unix - - n - - smtp
showq      unix n - n - - showq
error      unix - - n - - error
retry      unix - - n - - error
discard    unix - - n - - discard
anvil      unix - - n - 1 anvil
scache     unix - - n - 1 scache
postlog    unix-dgram n - n - 1 postlogd
"""


# Processes


@contextmanager
def stopped_at_end(process: subprocess.Popen[bytes]) -> Generator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def wait_for_greeting(port: int, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until somebody greets there.

    Raises:
        ChildProcessError: The process that was to do it has ended.
        TimeoutError: Nobody does for a long time.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process is not None and process.poll() is not None:
            raise ChildProcessError(f"it ended with status {process.returncode} before it greeted")
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as connection:
                if connection.recv(1_000):
                    return
        except OSError:
            time.sleep(0.01)
    raise TimeoutError(f"nobody greets at port {port}")
