"""The commands and their arguments."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgcore
from msgcore.cli.receive import add_receive, receive
from msgcore.cli.spool import add_spool, spool
from msgcore.errors import MsgcoreError

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run one command; 0 when it did what it was asked, 1 when msgcore refused, 2 for wrong arguments."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        status = _run(given)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has read enough; what is left is not to be told at exit, either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except MsgcoreError as error:
        print(f"msgcore: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m msgcore", description=msgcore.__doc__)
    parser.add_argument("--version", action="version", version=f"msgcore {msgcore.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="show a message's whole way through an organisation of two mailboxes")
    demo.add_argument("--mail", type=Path, metavar="PATH", help="import this .eml file, mbox or Maildir, and query it")
    demo.add_argument(
        "--folder", type=Path, metavar="DIR", help="keep the databases here (default: a temporary folder)"
    )
    services = commands.add_parser(
        "services", help="list the services and gateways that are installed, with their settings"
    )
    services.add_argument("name", nargs="?", help="only this one")
    probe = commands.add_parser("probe", help="say who answers at a URL, what it offers, and how safe that is")
    probe.add_argument("url", help="such as imaps://mail.a.test; smtp, lmtp and pop3, with +starttls or a final s, too")
    probe.add_argument("--ca-file", type=Path, metavar="PEM", help="trust this authority in place of the system's")
    add_receive(commands.add_parser("receive", help="retrieve the mail of an account into a store"))
    add_spool(commands.add_parser("spool", help="send and receive for a profile, until told to end"))
    return parser


def _run(given: argparse.Namespace) -> int:
    match given.command:
        case "services":
            return _services(given.name)
        case "probe":
            print(msgcore.probe(given.url, ca_file=given.ca_file))
        case "receive":
            return receive(given)
        case "spool":
            return spool(given)
        case _:
            from msgcore.cli.demo import show

            show(mail=given.mail, folder=given.folder)
    return 0


def _services(name: str | None) -> int:
    from msgcore.cli.services import describe

    lines = list(describe(name))
    if not lines:
        print(f"msgcore: {name!r} is no service or gateway that is installed", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0
