"""The pipe gateway: what a program is given, and what its end says."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.errors import Closed, ConfigError, InjectionRefused, UsageError
from msgcore.model import Deferred, Delivered, Envelope, Outcome, Recipient, Refused, Unknown
from msgcore.model.address import Address
from msgcore.mta.gateways.pipe import PipeGateway, PipeGatewayConfig
from msgcore.runtime import NEVER, Runtime
from msgcore.spi.config import build_config, option_values
from msgcore.spi.gateway import Content
from msgcore.spi.registry import gateway
from msgcore.testing.gateways import GatewayConformance
from msgcore.testing.modes import Mode, call
from msgcore.testing.queues import ANN, LETTER, to
from tests.mta.gateways.programs import Programs


class TestPipeGateway(GatewayConformance[Programs]):
    gateway_class = PipeGateway
    far_end_class = Programs
    undeliverable = "SMTP:-x@b.test"
    deadline_seconds = 0.1

    def config(self, far_end: Programs) -> object:
        # A dash is data behind "--"; here there is none.
        return far_end.config(command=(str(far_end.program), str(far_end.folder), "x", "{recipient}"))


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode: Mode = request.param
    return mode


def run(
    mode: Mode,
    *command: str,
    octets: bytes = LETTER,
    sender: Address | None = ANN,
    recipients: tuple[Recipient, ...] = to("bob"),
    seconds: float = 30,
    **options: Any,
) -> dict[str, Outcome]:
    async def main(runtime: Runtime) -> Mapping[Recipient, Outcome]:
        made = PipeGateway(PipeGatewayConfig(command=command, **options), runtime)
        try:
            return await made.deliver(
                Envelope(sender, recipients, "t1"), Content(octets), "", runtime.deadline(seconds)
            )
        finally:
            await made.close()

    return {one.email_address: outcome for one, outcome in call(mode.runtime(), main).items()}


def shell(script: str, *arguments: str) -> tuple[str, ...]:
    return ("/bin/sh", "-c", script, "sh", *arguments)


def test_it_is_installed_under_its_name() -> None:
    assert gateway("pipe") is PipeGateway


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("/bin/x -f {sender}", ("/bin/x", "-f", "{sender}")),
        ('["/bin/x", "two words", "{recipient}"]', ("/bin/x", "two words", "{recipient}")),
    ],
)
def test_a_connector_s_option_is_the_list_of_arguments(command: str, arguments: tuple[str, ...]) -> None:
    values = option_values(PipeGatewayConfig, {"command": command, "crlf": "true"})
    made = build_config(PipeGatewayConfig, values, folder=Path("/"), secret=Secret)

    assert (made.command, made.crlf) == (arguments, True)


# Statuses


@pytest.mark.parametrize(
    ("status", "kind", "enhanced"),
    [
        (os.EX_OK, Delivered, "2.0.0"),
        (os.EX_USAGE, Refused, "5.3.5"),
        (os.EX_NOUSER, Refused, "5.1.1"),
        (os.EX_NOHOST, Refused, "5.1.2"),
        (os.EX_NOPERM, Refused, "5.7.0"),
        (os.EX_OSERR, Deferred, "4.3.0"),
        (os.EX_TEMPFAIL, Deferred, "4.3.0"),
        (1, Deferred, "4.3.0"),
        (127, Deferred, "4.3.0"),
    ],
)
def test_the_exit_status_is_the_outcome(status: int, kind: type[Outcome], enhanced: str) -> None:
    assert run(Mode.BLOCKING, *shell(f"exit {status}")) == {"bob@b.test": kind(None, enhanced)}


def test_who_is_killed_may_have_done_it(mode: Mode) -> None:
    [outcome] = run(mode, *shell("cat > /dev/null; kill -KILL $$")).values()

    assert (type(outcome), outcome.text) == (Unknown, "it was ended by SIGKILL")


def test_each_recipient_has_the_status_of_its_own_run(mode: Mode) -> None:
    script = 'case "$2" in rob*) exit 67;; slow*) exit 75;; esac'
    told = run(mode, *shell(script, "--", "{recipient}"), recipients=to("bob", "rob", "slow"))

    assert [type(one) for one in told.values()] == [Delivered, Refused, Deferred]


def test_a_program_that_is_not_there_defers(mode: Mode) -> None:
    [outcome] = run(mode, "/nowhere/program").values()

    assert (type(outcome), outcome.text) == (Deferred, "/nowhere/program cannot be run: No such file or directory")


# What it says


def test_what_it_says_is_one_line_of_the_outcome(mode: Mode) -> None:
    [outcome] = run(mode, *shell("echo out; echo err >&2; printf 'a\\033[1m\\r\\nb'; exit 67")).values()

    assert outcome.text == "exit status 67, user unknown: out err a [1m b"


def test_a_program_that_never_stops_talking_is_heard_to_its_end(mode: Mode) -> None:
    script = "import sys; sys.stdout.write('x' * 3_000_000); sys.exit(75)"
    [outcome] = run(mode, sys.executable, "-c", script).values()

    assert (type(outcome), len(outcome.text) < 600) == (Deferred, True)


def test_a_program_need_not_read_what_it_is_given(mode: Mode) -> None:
    assert run(mode, *shell("exec <&-"), octets=LETTER + b"x\r\n" * 300_000) == {"bob@b.test": Delivered(None, "2.0.0")}


def test_a_program_may_talk_before_it_reads_and_read_all(mode: Mode) -> None:
    """Neither waits for the other for ever."""
    octets = LETTER + b"x\r\n" * 300_000
    script = "import sys; sys.stdout.write('x' * 300_000); sys.stdout.flush(); n = len(sys.stdin.buffer.read())"
    [outcome] = run(
        mode, sys.executable, "-c", f"{script}; sys.exit(0 if n == {len(octets)} else 70)", octets=octets, crlf=True
    ).values()

    assert type(outcome) is Delivered


# What it is given


def given_to(tmp_path: Path, **given: Any) -> bytes:
    """Give what came in on standard input."""
    run(Mode.BLOCKING, *shell('cat > "$1"', str(tmp_path / "input")), **given)
    return (tmp_path / "input").read_bytes()


def test_its_lines_end_as_the_program_s_own_do(tmp_path: Path) -> None:
    assert given_to(tmp_path) == LETTER.replace(b"\r\n", b"\n")


def test_its_lines_end_as_on_the_wire_when_that_is_asked(tmp_path: Path) -> None:
    assert given_to(tmp_path, crlf=True) == LETTER


def test_stray_line_ends_and_blind_copies_are_gone(tmp_path: Path) -> None:
    octets = given_to(tmp_path, octets=b"Bcc: carol@c.test\nSubject: a\n\n.\rb\r\n", crlf=True)

    assert octets == b"Subject: a\r\n\r\n.\r\nb\r\n"


def test_what_a_host_has_signed_is_given_as_it_came(tmp_path: Path) -> None:
    """A line that is too long for the wire is nothing to a program, and writing it anew would break the signature."""
    octets = b"DKIM-Signature: v=1\r\nSubject: a\r\n\r\n" + b"x" * 2_000 + b"\0\xff\r\n"

    assert given_to(tmp_path, octets=octets, crlf=True) == octets


@pytest.mark.parametrize(("sender", "path"), [(ANN, b"<ann@a.test>"), (None, b"<>")], ids=["ann", "nobody"])
def test_the_return_path_comes_first_when_that_is_asked(tmp_path: Path, sender: Address | None, path: bytes) -> None:
    octets = given_to(tmp_path, sender=sender, return_path=True, crlf=True)

    assert octets == b"Return-Path: " + path + b"\r\n" + LETTER


@pytest.mark.parametrize(("sender", "who"), [(ANN, b"ann@a.test"), (None, b"MAILER-DAEMON")], ids=["ann", "nobody"])
def test_a_line_as_in_an_mbox_comes_first_when_that_is_asked(
    tmp_path: Path, sender: Address | None, who: bytes
) -> None:
    first, _, rest = given_to(tmp_path, sender=sender, from_line=True).partition(b"\n")

    assert (first[: 6 + len(who)], rest) == (b"From " + who + b" ", LETTER.replace(b"\r\n", b"\n"))


def test_a_message_that_cannot_be_written_is_refused(mode: Mode) -> None:
    """A signed part with octets that are no lines: no later try can end better."""
    octets = (
        b"Content-Type: multipart/signed; boundary=x; protocol=p\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n"
        b"\0\r\n--x\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--x--\r\n"
    )
    assert run(mode, "/bin/false", octets=octets) == {"bob@b.test": Refused(None, "5.6.3")}


# Arguments


def arguments(*command: str, **given: Any) -> list[list[str]]:
    """Give the arguments of each run, as the program says them."""
    script = "import sys; print('|'.join(sys.argv[1:]))"
    told = run(Mode.BLOCKING, sys.executable, "-c", script, *command, **given)
    return [outcome.text.split("|") for outcome in told.values()]


def test_a_placeholder_is_one_argument_whatever_is_in_it() -> None:
    sender = Address("SMTP", '"a b; $(id) `id` {recipient}"@a.test')

    assert arguments("{sender}", "{recipient}", sender=sender) == [[sender.email_address, "bob@b.test"]]


def test_the_null_return_path_is_an_empty_argument() -> None:
    assert arguments("{sender}", "{recipient}", sender=None) == [["", "bob@b.test"]]


def test_all_recipients_are_an_argument_each() -> None:
    assert arguments("--", "{recipients}", recipients=to("bob", "carol")) == [["--", "bob@b.test", "carol@b.test"]] * 2


@pytest.mark.parametrize("place", ["{recipient}", "{recipients}", "{sender}"])
def test_an_address_that_could_be_an_option_is_refused(place: str) -> None:
    odd = Address("SMTP", "-oQ/tmp@b.test")
    told = run(Mode.BLOCKING, "/bin/true", place, sender=odd, recipients=(Recipient(odd),))

    assert told == {"-oQ/tmp@b.test": Refused(None, "5.1.7" if place == "{sender}" else "5.1.3")}


def test_only_the_recipient_whose_address_could_be_an_option_is_refused() -> None:
    told = run(Mode.BLOCKING, "/bin/true", "{recipients}", recipients=to("bob", "-x"))

    assert [type(one) for one in told.values()] == [Delivered, Refused]


def test_behind_two_dashes_an_address_is_no_option() -> None:
    assert arguments("--", "{recipient}", recipients=to("-x")) == [["--", "-x@b.test"]]


@pytest.mark.parametrize("char", ["\r", "\n", "\0"])
def test_an_address_with_line_ends_is_refused_before_anything_runs(tmp_path: Path, char: str) -> None:
    odd = (Recipient(Address("SMTP", f"bob{char}@b.test")),)
    with pytest.raises(InjectionRefused):
        run(Mode.BLOCKING, "/usr/bin/touch", str(tmp_path / "ran"), recipients=(*to("carol"), *odd))
    assert not (tmp_path / "ran").exists()


@given(
    st.text(st.characters(exclude_characters="\r\n\0|", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=20)
)
def test_whatever_an_address_is_the_program_gets_that_or_nothing(address: str) -> None:
    recipient = Recipient(Address("X", address))
    [outcome] = run(Mode.BLOCKING, *shell('printf "<%s>" "$1"', "{recipient}"), recipients=(recipient,)).values()

    if isinstance(outcome, Delivered):
        assert outcome.text == f"<{address}>"
    else:
        assert isinstance(outcome, Refused)


def test_its_environment_is_the_same_whoever_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_PRELOAD", "")
    monkeypatch.setenv("PASSWORD", "geheim")
    [outcome] = run(Mode.BLOCKING, "/usr/bin/env").values()

    assert sorted(outcome.text.split()) == ["LANG=C.UTF-8", "PATH=/usr/bin:/bin"]


# Its end


def test_a_program_that_takes_too_long_is_killed_with_all_its_children(mode: Mode, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    # The child holds the pipe open; so its end is the end of the file.
    [outcome] = run(mode, *shell('sleep 600 > "$1" & wait', str(pipe)), timeout_seconds=0.2).values()
    os.set_blocking(reader, True)

    assert (type(outcome), outcome.text) == (Unknown, "it did not end in time, and was killed")
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_nobody_is_left_unburied(mode: Mode) -> None:
    for script in ("exit 0", "exit 75", "kill -9 $$", "sleep 600"):
        run(mode, *shell(script), timeout_seconds=0.2)
    try:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # there are no children at all
        ended = None
    assert ended is None


def test_a_program_s_own_end_counts_not_that_of_what_it_left_behind(mode: Mode) -> None:
    outcome = run(mode, *shell("sleep 600 & echo $!")).popitem()[1]
    os.kill(int(outcome.text), signal.SIGKILL)

    assert type(outcome) is Delivered


def test_after_its_end_nothing_runs(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        made = PipeGateway(PipeGatewayConfig(command=("/bin/true",)), runtime)
        await made.close()
        await made.deliver(Envelope(ANN, to("bob"), "t1"), Content(LETTER), "", NEVER)

    with pytest.raises(Closed):
        call(mode.runtime(), main)


# Settings


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "command: has to be given"),
        ({"command": []}, "whole path"),
        ({"command": ["sh", "-c", "x"]}, "whole path"),
        ({"command": ["/bin/sh", "-c", "mail {recipient}"]}, "whole argument"),
        ({"command": ["/bin/sh", "--to={recipients}"]}, "whole argument"),
        ({"command": ["/bin/x", "{recipient}", "{recipients}"]}, "not for both"),
        ({"command": ["/bin/x\0"]}, "NUL"),
        ({"command": ["/bin/x"], "processes": 0}, "processes"),
        ({"command": ["/bin/x"], "timeout_seconds": 0}, "timeout_seconds"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(given: dict[str, object], problem: str) -> None:
    with pytest.raises((ConfigError, UsageError), match=problem):
        build_config(PipeGatewayConfig, given, folder=Path("/"), secret=Secret)
