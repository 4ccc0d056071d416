"""One store in several hands of one process, and in a process that was forked."""

from __future__ import annotations

import os
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import msgcore
from msgcore import mime
from msgcore.blocking.store import MessageStore
from msgcore.errors import Closed, MsgcoreError, StoreError
from tests.servers import Postgresql
from tests.store_faults.conftest import NewUrl, server_url
from tests.store_faults.ledger import octets_of
from tests.store_faults.processes import PATIENCE_SECONDS


def test_two_that_opened_one_store_see_each_others_letters(new_url: NewUrl) -> None:
    url = new_url()
    with msgcore.open_store(url) as one, msgcore.open_store(url) as other:
        one.inbox.save(mime.read(octets_of("from one")))
        other.inbox.save(mime.read(octets_of("from the other")))
        shown = [sorted(item.subject for item in store.inbox.messages()) for store in (one, other)]
    assert shown == [["from one", "from the other"]] * 2


def test_who_closes_ends_nobody_elses_logon(new_url: NewUrl) -> None:
    url = new_url()
    with msgcore.open_store(url) as one:
        msgcore.open_store(url).close()
        one.inbox.save(mime.read(octets_of("after")))
        assert one.inbox.count() == 1


def save_until_closed(store: MessageStore, first: threading.Event) -> tuple[int, MsgcoreError]:
    """Save letters until an error comes; give how many were acknowledged, and the error."""
    count = 0
    while True:
        try:
            store.inbox.save(mime.read(octets_of(f"letter {count}")))
        except MsgcoreError as error:
            return count, error
        count += 1
        first.set()


def test_who_writes_while_the_store_is_closed_is_told_and_keeps_what_was_acknowledged(new_url: NewUrl) -> None:
    url = new_url()
    store = msgcore.open_store(url)
    first = threading.Event()
    with ThreadPoolExecutor(3) as threads:
        works = [threads.submit(save_until_closed, store, first) for _ in range(3)]
        assert first.wait(PATIENCE_SECONDS)
        store.close()
        counts, errors = zip(*[work.result(PATIENCE_SECONDS) for work in works], strict=True)
    assert [repr(error) for error in errors if not isinstance(error, (Closed, StoreError))] == []
    with msgcore.open_store(url) as again:
        assert (again.inbox.count(), again.check()) == (sum(counts), ())


def in_a_fork(store: MessageStore, url: str) -> str:
    """Give what a forked process is told when it uses what its parent opened, or opens it anew."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads
        child = os.fork()
    if child == 0:
        said: list[str] = []
        for attempt in (store.inbox.count, lambda: msgcore.open_store(url).close()):
            try:
                attempt()
                said.append("done")
            except StoreError as error:
                said.append("forked" if "fork" in str(error) else str(error))
        os.write(writing, "; ".join(said).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        answer = told.read().decode()
    os.waitpid(child, 0)
    return answer


def test_a_forked_process_may_not_use_the_file_that_its_parent_had_open(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'mail.db'}"
    with msgcore.open_store(url) as store:
        assert in_a_fork(store, url) == "forked; forked"


@pytest.mark.interop
def test_a_forked_process_opens_a_servers_store_anew(durable: Postgresql) -> None:
    url = server_url(durable)
    with msgcore.open_store(url) as store:
        assert in_a_fork(store, url) == "forked; done"
