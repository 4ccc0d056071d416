"""Retrieving the mail of an account into a store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgcore
from msgcore import RetrievalProgress, RetrievalReport
from msgcore.base.text import Secret
from msgcore.cli.opening import Login, opened, would_make
from msgcore.cli.reading import check_seconds
from msgcore.cli.status import status_of
from msgcore.errors import MsgcoreError, SecretMissing, ServiceBusy, UsageError
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session.by_url import scheme_of
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.secrets import resolve_secret
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
    options = _options(given)
    report = _unreachable(given, options) or _received(given, options)
    for fault in report.faults:
        print(f"msgcore: {fault}", file=sys.stderr)
    print(report)
    if report.error is not None:
        return status_of(report.error)
    return 1 if report.faults else 0


def _options(given: argparse.Namespace) -> dict[str, Any]:
    options = {name: getattr(given, name) for name in (*_LOGIN, *_policy())}
    # Once, for it may be handed over by a pipe.
    return {**options, "password": _secret("password", given.password)}


def _secret(key: str, reference: str | None) -> Secret | None:
    try:
        return None if reference is None else resolve_secret(reference, Path.cwd())
    except SecretMissing as error:
        raise SecretMissing(error.reference, error.problem, key=key) from error.__cause__
    except UsageError as error:
        raise UsageError(f"{key}: {error}") from error


def _unreachable(given: argparse.Namespace, options: Mapping[str, Any]) -> RetrievalReport | None:
    """Report why the account cannot be logged in to, where a store would be made for nothing; else ``None``."""
    if not would_make(given.into):
        return None
    from msgcore.session.maildrop import try_account

    runtime = BlockingRuntime()
    try:
        runtime.run(try_account(given.url, runtime, timeout_seconds=given.timeout, **options))
    except UsageError:
        raise
    except ServiceBusy:  # the account is there; the retrieval waits as long as the server asks for
        return None
    except MsgcoreError as error:
        return RetrievalReport(service=scheme_of(given.url), error=error)
    return None


def _received(given: argparse.Namespace, options: Mapping[str, Any]) -> RetrievalReport:
    on_progress = _tell if sys.stderr.isatty() else None
    with opened(given.into, Login(), may_make=True) as store:
        return msgcore.receive(
            given.url, into=store, on_progress=on_progress, check=False, timeout_seconds=given.timeout, **options
        )


def _tell(progress: RetrievalProgress) -> None:
    end = "\n" if progress.done >= progress.total else ""
    print(f"\r{progress.done} of {progress.total} messages, {progress.octets:,} octets", end=end, file=sys.stderr)
