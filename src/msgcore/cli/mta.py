"""An organisation's MTA as processes of its own: it takes, routes and delivers mail until it is told to end."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from msgcore.errors import SetupError

if TYPE_CHECKING:  # other commands come by here, too, and have no need of them
    from msgcore.mta.configuration import Configuration

__all__ = ["add_mta", "mta"]


def add_mta(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.description = (
        "Run an MTA by a configuration, until SIGTERM or SIGINT: then what is on its way ends first, and the status is"
        " 0; a second signal ends it at once. SIGHUP reads the configuration anew."
    )
    parser.add_argument("configuration", type=Path, metavar="CONFIG", help="A TOML file.")
    parser.add_argument(
        "--check",
        action="store_true",
        help="Only say what is wrong with the configuration, its routes, certificates and database; 1 if anything is.",
    )


def mta(given: argparse.Namespace) -> int:
    """Do it; 0 when it was ended in order, or nothing is wrong.

    Raises:
        MsgcoreError: the configuration is wrong, or it cannot begin.
    """
    from msgcore.mta.configuration import load_configuration

    configuration = load_configuration(given.configuration)
    return _check(configuration) if given.check else _run(configuration)


def _check(configuration: Configuration) -> int:
    from msgcore.mta.operation.checking import check_configuration
    from msgcore.runtime.blocking import BlockingRuntime

    runtime = BlockingRuntime()
    checked = runtime.run(check_configuration(configuration, runtime))
    for kind, lines in (("error", checked.errors), ("note", checked.notes)):
        for line in lines:
            print(f"{kind}: {line}")
    if not checked.errors:
        print(f"{configuration.file}: nothing is wrong")
    return 1 if checked.errors else 0


def _run(configuration: Configuration) -> int:
    from msgcore.mta.operation.logs import log_as
    from msgcore.mta.operation.privileges import become, find_user
    from msgcore.mta.operation.program import Program
    from msgcore.runtime.held import HeldSockets

    workers = configuration.workers
    if workers.count > 1 and os.name != "posix":
        raise SetupError("workers: on this system the work is one process's: count = 1")
    with HeldSockets.bind(configuration.endpoints) as held:
        if workers.user:
            become(find_user(workers.user, workers.group))
        log_as(configuration.logging)

        async def main() -> int:
            status = await Program(configuration, held).run()
            if status:
                # Whoever is still at work must not be waited for: it ends at once, as if the machine did.
                sys.stderr.flush()
                os._exit(status)
            return status

        return asyncio.run(main())
