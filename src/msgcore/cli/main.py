"""The commands and their arguments."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgcore
from msgcore.errors import MsgcoreError

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run one command; 0 when it did what it was asked, 1 when msgcore refused, 2 for wrong arguments."""
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
    probe.add_argument("url", help="such as smtp://mail.a.test; smtps, smtp+starttls, lmtp and lmtp+starttls, too")
    probe.add_argument("--ca-file", type=Path, metavar="PEM", help="trust this authority in place of the system's")
    given = parser.parse_args(arguments)
    try:
        if given.command == "services":
            return _services(given.name)
        if given.command == "probe":
            print(msgcore.probe(given.url, ca_file=given.ca_file))
            return 0
        from msgcore.cli.demo import show

        show(mail=given.mail, folder=given.folder)
    except MsgcoreError as error:
        print(f"msgcore: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _services(name: str | None) -> int:
    from msgcore.cli.services import describe

    lines = list(describe(name))
    if not lines:
        print(f"msgcore: {name!r} is no service or gateway that is installed", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0
