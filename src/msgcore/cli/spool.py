"""The spooler of a profile as a process of its own: it sends and receives until it is told to end."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import TIMEOUT_MAX
from typing import TYPE_CHECKING

import msgcore
from msgcore.cli.reading import check_seconds
from msgcore.errors import MsgcoreError

if TYPE_CHECKING:  # other commands come by here, too, and have no need of them
    from msgcore import ProfileAdmin, Session
    from msgcore.spi.outgoing_queue import OutgoingItem

__all__ = ["add_spool", "spool"]

_log = logging.getLogger("msgcore.spooler")

_INTERVAL_SECONDS = 300.0
_TIMEOUT_SECONDS = 60.0
_HANG_UP = getattr(signal, "SIGHUP", None)  # Windows has none


def add_spool(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.description = (
        "Send and receive for a profile, until SIGTERM or SIGINT: then what is at work ends first, and the status is 0."
        " SIGHUP reads the profile anew. Another process may submit into the outbox, or spool the same profile."
    )
    parser.add_argument("profile", metavar="PROFILE", help="Name of the profile.")
    parser.add_argument("--profiles", type=Path, metavar="DIR", help="Where profiles are; by default the user's own.")
    parser.add_argument("--once", action="store_true", help="Send and receive once, and end; 1 if that met an error.")
    parser.add_argument(
        "--interval",
        type=float,
        default=_INTERVAL_SECONDS,
        metavar="SECONDS",
        help="Ask accounts for mail so often; %(default)s by default.",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=_TIMEOUT_SECONDS,
        metavar="SECONDS",
        help="For --once, or for what is at work at the end; %(default)s by default.",
    )


def spool(given: argparse.Namespace) -> int:
    """Do it; 0 when it was ended in order.

    Raises:
        MsgcoreError: the profile cannot be used, or what ``--once`` met.
    """
    check_seconds("--interval", given.interval)
    if given.once or given.timeout != 0:  # without --once, 0 waits for nothing at the end
        check_seconds("--timeout", given.timeout)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    admin = msgcore.ProfileAdmin() if given.profiles is None else msgcore.ProfileAdmin(given.profiles)
    if given.once:
        return _once(given, admin)
    told: SimpleQueue[int] = SimpleQueue()
    with _put_into(told):
        session = _begun(given, admin)
        _log.info("%s: spooling", given.profile)
        while (number := _next(told, given.interval)) is None or number == _HANG_UP:
            if number is not None or _opens_more(given, admin, session):
                session = _renewed(given, admin, session)
        _log.info("%s: ends what is at work", given.profile)
    # Outside, so that who asks again does not have to wait.
    _end(given, session)
    _log.info("%s: ended", given.profile)
    return 0


@contextmanager
def _put_into(told: SimpleQueue[int]) -> Generator[None]:
    """Take signals, as long as this lasts."""
    # A handler may run at any moment, and so does nothing but this; a SimpleQueue is safe there.
    before = {
        number: signal.signal(number, lambda number, _: told.put(number))
        for number in (signal.SIGTERM, signal.SIGINT, _HANG_UP)
        if number is not None
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _next(told: SimpleQueue[int], seconds: float) -> int | None:
    try:
        return told.get(timeout=min(seconds, TIMEOUT_MAX))
    except Empty:
        return None


def _once(given: argparse.Namespace, admin: ProfileAdmin) -> int:
    with msgcore.logon(given.profile, admin=admin, timeout_seconds=given.timeout) as session:
        _tell_of_lost(session)
        reports = session.flush_queues(timeout_seconds=given.timeout)
        for report in reports:
            _log.info("%s", report)
        left = [one for one in session.submissions() if one.tries]
        for item in left:
            _log.warning("%s: %s (%s)", item.state.value, _told(item), item.reason)
        return 1 if left or _lost(session) or any(report.faults for report in reports) else 0


def _told(item: OutgoingItem) -> str:
    return "; ".join(f"{recipient}: {outcome}" for recipient, outcome in item.outcomes.items() if not outcome.is_final)


def _begun(given: argparse.Namespace, admin: ProfileAdmin) -> Session:
    session = msgcore.logon(given.profile, admin=admin)
    try:
        session.start_spooler(interval_seconds=given.interval)
    except BaseException:
        session.close()
        raise
    _tell_of_lost(session)
    return session


def _renewed(given: argparse.Namespace, admin: ProfileAdmin, old: Session) -> Session:
    """Log on anew; when that cannot be, go on as before."""
    try:
        # Two may spool side by side, so that nothing waits meanwhile.
        new = _begun(given, admin)
    except MsgcoreError as error:
        _log.error("%s: goes on as it was: %s", given.profile, error)
        return old
    _end(given, old)
    _log.info("%s: logged on anew", given.profile)
    return new


def _opens_more(given: argparse.Namespace, admin: ProfileAdmin, session: Session) -> bool:
    """Whether another logon opens services that could not be opened: to change for less might cut what is at work."""
    lost = dict(_lost(session))
    if not lost:
        return False
    try:
        with msgcore.logon(given.profile, admin=admin) as trial:
            if dict(_lost(trial)).keys() < lost.keys():
                return True
    except MsgcoreError as error:
        _log.warning("%s: %s", given.profile, error)
    _log.info("%s: could not be opened again: %s", given.profile, ", ".join(lost))
    return False


def _end(given: argparse.Namespace, session: Session) -> None:
    session.stop_spooler(timeout_seconds=given.timeout)
    session.close()


def _lost(session: Session) -> list[tuple[str, str]]:
    """List the services that could not be opened, and why: the next logon may open them."""
    from msgcore.props.table import PidTagProviderDisplay, PidTagResourceType, PidTagStatusCode, PidTagStatusString

    kinds = msgcore.ServiceState
    enabled = kinds.INBOUND_ENABLED | kinds.OUTBOUND_ENABLED
    return [
        (row[PidTagProviderDisplay], row[PidTagStatusString])
        for row in session.status_table().query_rows(1_000)
        if row[PidTagResourceType] != msgcore.ResourceType.SPOOLER
        if row[PidTagStatusCode] & kinds.FAILURE and not row[PidTagStatusCode] & enabled
    ]


def _tell_of_lost(session: Session) -> None:
    for name, reason in _lost(session):
        _log.warning("%s cannot be used: %s", name, reason)
