"""A process that writes: ``python -m tests.store_faults.child URL NAME SEED COUNT``.

Opens the store, prints ``ready``, and does so many deeds of a :class:`~tests.store_faults.mix.Mix`, or ones without end
when COUNT is "endless". After a deed that failed it reads, and prints ``cannot read`` when that fails.
"""

from __future__ import annotations

import itertools
import random
import sys

import msgcore
from msgcore.blocking.store import MessageStore
from msgcore.errors import MsgcoreError
from tests.store_faults.mix import Mix

_TRIES = 20


def main(url: str, name: str, seed: str, count: str) -> None:
    with _opened(url) as store:
        mix = Mix(name, store, random.Random(seed), say)
        _begun(mix)
        say("ready")
        for _ in itertools.count() if count == "endless" else range(int(count)):
            if mix.step() != "done":
                _read(store)


def say(line: str) -> None:
    print(line.replace("\n", " "), flush=True)


def _opened(url: str) -> MessageStore:
    for _ in range(_TRIES):
        try:
            return msgcore.open_store(url)
        except MsgcoreError as error:
            say(f"cannot open: {type(error).__name__}: {error}")
    sys.exit(3)


def _begun(mix: Mix) -> None:
    for _ in range(_TRIES):
        try:
            mix.begin()
        except MsgcoreError as error:
            say(f"cannot begin: {type(error).__name__}: {error}")
        else:
            return
    sys.exit(4)


def _read(store: MessageStore) -> None:
    try:
        store.inbox.count()
    except MsgcoreError as error:
        say(f"cannot read: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
