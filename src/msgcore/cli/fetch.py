"""Retrieving the mail of an account into a store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgcore
from msgcore import RetrievalProgress, RetrievalReport
from msgcore.cli.opening import Login, new_store, opened
from msgcore.cli.reading import check_seconds
from msgcore.cli.status import status_of
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.settings import Setting, settings_of

__all__ = ["add_fetch", "fetch"]

_TIMEOUT_SECONDS = 600.0
_LOGIN = ("user", "password", "ca_file", "allow_cleartext_login")
_IN_PROFILES_ONLY = frozenset({"deliver_to", "headers_only", "poll_seconds"})


def _policy() -> Mapping[str, Setting]:
    return {name: one for name, one in settings_of(RetrievalPolicy).items() if name not in _IN_PROFILES_ONLY}


def add_fetch(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("url", metavar="URL", help="The account, such as pop3s://mail.a.test.")
    parser.add_argument(
        "--into", required=True, metavar="STORE", help="The store: a profile, a file such as mail.db, or a URL."
    )
    parser.add_argument("--user", metavar="NAME", help="Who logs in.")
    parser.add_argument("--password", metavar="REFERENCE", help="Where the password is: env:NAME or file:PATH.")
    parser.add_argument("--ca-file", type=Path, metavar="PEM", help="Trust this authority in place of the system's.")
    parser.add_argument(
        "--allow-cleartext-login",
        action="store_true",
        default=None,
        help="Log in without TLS, too: the password can be overheard then.",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=_TIMEOUT_SECONDS,
        metavar="SECONDS",
        help="For all of it; %(default)s by default.",
    )
    for name, setting in _policy().items():
        option = "--" + name.replace("_", "-")
        if setting.hint is bool:
            parser.add_argument(option, action="store_true", default=None, help=_sentence(setting.text))
        else:
            parser.add_argument(option, type=int, metavar="N", help=_sentence(setting.text))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def fetch(given: argparse.Namespace) -> int:
    """Do it, and print the report; 0 when nothing went wrong, and what ended it early says the status."""
    check_seconds("--timeout", given.timeout)
    report = _received(given)
    for fault in report.faults:
        print(f"msgcore: {fault}", file=sys.stderr)
    print(report)
    if report.error is not None:
        return status_of(report.error)
    return 1 if report.faults else 0


def _received(given: argparse.Namespace) -> RetrievalReport:
    options: dict[str, Any] = {name: getattr(given, name) for name in (*_LOGIN, *_policy())}
    options |= {"on_progress": _tell if sys.stderr.isatty() else None, "timeout_seconds": given.timeout}
    new = new_store(given.into)
    if new is not None:
        from msgcore.session.direct import open_store
        from msgcore.session.maildrop import receive_into_new

        runtime = BlockingRuntime()
        return runtime.run(receive_into_new(given.url, open_store(new, runtime), runtime, **options))
    with opened(given.into, Login(), may_make=True) as store:
        return msgcore.receive(given.url, into=store, check=False, **options)


def _tell(progress: RetrievalProgress) -> None:
    end = "\n" if progress.done >= progress.total else ""
    print(f"\r{progress.done} of {progress.total} messages, {progress.octets:,} octets", end=end, file=sys.stderr)
