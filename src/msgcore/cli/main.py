"""The commands and their arguments."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgcore
from msgcore.base.text import one_line
from msgcore.cli.fetch import add_fetch, fetch
from msgcore.cli.mta import add_mta, mta
from msgcore.cli.spool import add_spool, spool
from msgcore.cli.status import status_of
from msgcore.cli.wording import in_commands
from msgcore.errors import MissingExtra, MsgcoreError, UsageError

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

__all__ = ["CORE", "WITH_EXTRA", "core_parser", "run"]


_STDERR = 2

CORE = {
    "demo": "Show a message's whole way through an organisation of two mailboxes.",
    "services": "List the services and gateways that are installed, with their settings.",
    "probe": "Say who answers at a URL, what it offers, and how safe that is.",
    "fetch": "Retrieve the mail of an account into a store.",
    "spool": "Send and receive for a profile, until told to end.",
    "mta": "Run an organisation's MTA by a configuration, until told to end.",
}
"""The commands that need no extra, each with what it does."""

WITH_EXTRA = (
    "send", "list", "folders", "search", "show", "delete", "import", "export", "convert", "check",
    "store", "profile", "route", "mailbox", "queue", "track",
)  # fmt: skip
"""Those that need the extra ``cli``."""


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    The status is 0 when it did what it was asked, 1 when the answer is no, 2 for a wrong call, 3 when trying again may
    help, and 4 when the set-up has to change first.
    """
    _ready_streams()
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has read enough; what is left is not to be told at exit, either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except MsgcoreError as error:
        print(f"msgcore: {one_line(in_commands(error), 4_000)}", file=sys.stderr)
        return status_of(error)
    except OSError as error:  # of a file that was named, or of standard input and output
        what = "" if error.filename is None else f"{error.filename}: "
        print(f"msgcore: {one_line(what + (error.strerror or str(error)), 4_000)}", file=sys.stderr)
        return 4  # never 1, which a search that found nothing has, too
    except KeyboardInterrupt:
        return 130
    return status


def _ready_streams() -> None:
    """Write as an escape what the encoding of the output lacks; a stream that was closed is an empty one."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nothing = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115
            if nothing.fileno() <= _STDERR:  # in the place of the one that was closed: children have it as theirs
                os.set_inheritable(nothing.fileno(), True)
            setattr(sys, name, nothing)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run(arguments: Sequence[str]) -> int:
    first = next(iter(arguments), "")
    if first in CORE or first == "--version":
        return _run_core(arguments)
    try:
        from msgcore.cli.app import run_app
    except ModuleNotFoundError as error:
        if error.name not in {"typer", "rich"}:
            raise
        if first in WITH_EXTRA:
            raise MissingExtra("cli", f"{first!r}") from None
        return _run_core(arguments)
    return run_app(arguments, CORE, _run_core)


def _run_core(arguments: Sequence[str]) -> int:
    try:
        given = core_parser().parse_args(arguments)
    except SystemExit as ended:  # it has shown its help, or what is wrong
        return ended.code if isinstance(ended.code, int) else 0
    return _do(given)


class _Parser(argparse.ArgumentParser):
    """Speaks as the commands by typer do, beside which its own stand."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given, add_help=False, formatter_class=_Formatter)
        self._positionals.title, self._optionals.title = "Arguments", "Options"
        self.add_argument("-h", "--help", action="help", help="Show this message and exit.")

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """Write as :func:`print` does: argparse's own says nothing of an output that is full."""
        print(message, end="", file=file or sys.stderr)


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "Usage: " if prefix is None else prefix)


def core_parser() -> argparse.ArgumentParser:
    """Make the parser of the commands that need no extra."""
    parser = _Parser(
        prog="msgcore",
        description="Compose, store, send, receive, convert and route messages.",
        epilog=f"With pip install 'msgcore[cli]' there are, too: {', '.join(WITH_EXTRA)}.",
    )
    parser.add_argument(
        "--version", action="version", version=f"msgcore {msgcore.__version__}", help="Show the version and exit."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help=CORE["demo"])
    demo.add_argument("--mail", type=Path, metavar="PATH", help="Import this .eml file, mbox or Maildir, and query it.")
    demo.add_argument(
        "--folder", type=Path, metavar="DIR", help="Keep the databases here; by default in a temporary folder."
    )
    services = commands.add_parser("services", help=CORE["services"])
    services.add_argument("name", nargs="?", metavar="NAME", help="Only this one.")
    probe = commands.add_parser("probe", help=CORE["probe"])
    probe.add_argument(
        "url", metavar="URL", help="Such as imaps://mail.a.test; smtp, lmtp and pop3, with +starttls or a final s, too."
    )
    probe.add_argument("--ca-file", type=Path, metavar="PEM", help="Trust this authority in place of the system's.")
    add_fetch(commands.add_parser("fetch", help=CORE["fetch"]))
    add_spool(commands.add_parser("spool", help=CORE["spool"]))
    add_mta(commands.add_parser("mta", help=CORE["mta"]))
    return parser


def _do(given: argparse.Namespace) -> int:
    match given.command:
        case "services":
            return _services(given.name)
        case "probe":
            print(msgcore.probe(given.url, ca_file=given.ca_file))
        case "fetch":
            return fetch(given)
        case "spool":
            return spool(given)
        case "mta":
            return mta(given)
        case _:
            from msgcore.cli.demo import show

            show(mail=given.mail, folder=given.folder)
    return 0


def _services(name: str | None) -> int:
    from msgcore.cli.services import describe

    lines = list(describe(name))
    if not lines:
        raise UsageError(f"{name!r} is no service or gateway that is installed")
    print("\n".join(lines))
    return 0
