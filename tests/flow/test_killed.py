"""A process is killed with SIGKILL on its way; the next one finishes, and nothing is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import msgcore
from msgcore import Accepted, ProfileAdmin
from msgcore.errors import UsageError
from msgcore.mta import AddressSpace, Connector, RouteTable
from tests.flow.folders import account, personal_folders, subjects
from tests.flow.modes import Api
from tests.flow.peers import Peer, TakenMessage
from tests.servers import wait_until
from tests.shared import REPOSITORY

TO = "x@sink.test"
PATIENCE_SECONDS = 60.0


class Nursery:
    """A running :mod:`tests.flow.child`."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE_SECONDS)
        command = [sys.executable, "-m", "tests.flow.child", str(self._listener.getsockname()[1])]
        self._process = subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, text=True)

    def bear(self, *arguments: str) -> Child:
        assert self._process.stdin is not None
        print(json.dumps(arguments), file=self._process.stdin, flush=True)
        return Child(self._listener.accept()[0])

    def close(self) -> None:
        self._process.communicate(timeout=PATIENCE_SECONDS)
        self._listener.close()


class Child:
    """An application that lives; the other end of ``control`` is its own."""

    def __init__(self, control: socket.socket) -> None:
        control.settimeout(PATIENCE_SECONDS)
        self._control = control
        self._heard = control.makefile("r")
        (process_id,) = self.submitted(1)
        self._process_id = int(process_id)
        self._is_over = False

    def submitted(self, count: int) -> list[str]:
        """Wait until the child has submitted this many more, and give their Message-IDs."""
        lines = [self._heard.readline().strip() for _ in range(count)]
        assert all(lines), "the child ended before it had submitted"
        return lines

    def close(self) -> None:
        """Kill it, and wait until it has let go of its files and connections."""
        if self._is_over:
            return
        self._is_over = True
        with suppress(ProcessLookupError):
            os.kill(self._process_id, signal.SIGKILL)
        self._heard.close()
        self._control.close()
        wait_until(lambda: None if Path(f"/proc/{self._process_id}").exists() else True, "end")


Start = Callable[..., Child]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture
def start(api: Api, admin: ProfileAdmin, nursery: Nursery) -> Iterator[Start]:
    children: list[Child] = []

    def start(count: int, then: str, *to: str) -> Child:
        children.append(nursery.bear(api.mode.value, str(admin.folder), str(count), then, *to))
        return children[-1]

    yield start
    for child in children:
        child.close()


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        yield peer


@pytest.fixture
def profile(admin: ProfileAdmin, peer: Peer, tmp_path: Path) -> ProfileAdmin:
    admin.create("work", [account(peer.url), personal_folders(tmp_path)])
    return admin


@pytest.fixture
def organization(admin: ProfileAdmin, peer: Peer, tmp_path: Path) -> ProfileAdmin:
    """Ann logs on; Bob is a colleague; the peer takes sink.test, and nobody takes the rest."""
    url = f"sqlite:///{tmp_path / 'athena.db'}"
    with msgcore.open_organization(url, create=True) as organization:
        organization.add_mailbox("ann", addresses=["SMTP:ann@athena.test"])
        organization.add_mailbox("bob", addresses=["SMTP:bob@athena.test"])
        out = Connector("out", "smtp", [AddressSpace("SMTP", "*@sink.test")], options={"relay": peer.url})
        organization.set_routes(RouteTable([out]))
    admin.create("work", [{"service": "organization", "url": url, "mailbox": "ann"}])
    admin.create("bob", [{"service": "organization", "url": url, "mailbox": "bob"}])
    return admin


def message_id(message: TakenMessage) -> str:
    return msgcore.read_message(message.octets).message_id or ""


def flush(api: Api, admin: ProfileAdmin) -> None:
    with api.logon("work", admin) as session:
        session.flush_queues()


def held_child(start: Start, peer: Peer, where: str, *to: str) -> tuple[Child, str]:
    """Start a child that stands in the middle of sending, where the server does not answer."""
    peer.hold_once = where
    child = start(1, "flush", *to)
    (submitted,) = child.submitted(1)
    peer.wait_until_held()
    return child, submitted


# Between submit and flush


def test_what_was_submitted_before_the_kill_is_sent_once_by_the_next_process(
    api: Api, profile: ProfileAdmin, peer: Peer, start: Start
) -> None:
    child = start(5, "wait", TO)
    submitted = child.submitted(5)
    child.close()
    flush(api, profile)
    flush(api, profile)

    assert [message_id(message) for message in peer.messages] == submitted


def test_what_was_submitted_before_the_kill_stands_in_the_outbox(
    api: Api, profile: ProfileAdmin, peer: Peer, start: Start
) -> None:
    child = start(2, "wait", TO)
    child.submitted(2)
    child.close()

    with api.logon("work", profile) as session:
        assert subjects(session.outbox) == ["number 0", "number 1"]


# While a transport is at work


@pytest.mark.parametrize("where", ["EHLO", "DATA"])
def test_a_kill_before_the_message_left_makes_it_go_once(
    api: Api, profile: ProfileAdmin, peer: Peer, start: Start, where: str
) -> None:
    child, submitted = held_child(start, peer, where, TO)
    child.close()
    flush(api, profile)

    assert [message_id(message) for message in peer.messages] == [submitted]


def test_a_kill_after_the_final_dot_makes_it_go_again_rather_than_not_at_all(
    api: Api, profile: ProfileAdmin, peer: Peer, start: Start
) -> None:
    child, submitted = held_child(start, peer, ".", TO)
    child.close()
    flush(api, profile)

    assert [message_id(message) for message in peer.messages] == [submitted, submitted]


def test_after_the_kill_the_message_ends_in_sent_items(
    api: Api, profile: ProfileAdmin, peer: Peer, start: Start
) -> None:
    child, _ = held_child(start, peer, ".", TO)
    child.close()

    with api.logon("work", profile) as session:
        session.flush_queues()
        assert (subjects(session.outbox), subjects(session.sent_items)) == ([], ["number 0"])


def test_while_the_process_lives_its_submission_is_nobody_elses(
    api: Api, profile: ProfileAdmin, peer: Peer, start: Start
) -> None:
    held_child(start, peer, "MAIL", TO)
    flush(api, profile)

    assert peer.messages == []


def test_while_it_is_being_sent_it_is_not_aborted(api: Api, profile: ProfileAdmin, peer: Peer, start: Start) -> None:
    held_child(start, peer, "MAIL", TO)
    with api.logon("work", profile) as session:
        (item,) = session.outbox.messages()
        with pytest.raises(UsageError, match="being sent at this moment"):
            session.abort_submit(msgcore.Submission(item.entry_id, ""))


# While a gateway of the MTA is at work


@pytest.mark.parametrize("where", ["EHLO", "DATA"])
def test_a_kill_inside_a_gateway_before_the_message_left_makes_it_go_once(
    api: Api, organization: ProfileAdmin, peer: Peer, start: Start, where: str
) -> None:
    child, submitted = held_child(start, peer, where, TO)
    child.close()
    flush(api, organization)
    flush(api, organization)

    assert [message_id(message) for message in peer.messages] == [submitted]


def test_a_kill_inside_a_gateway_after_the_final_dot_makes_it_go_again(
    api: Api, organization: ProfileAdmin, peer: Peer, start: Start
) -> None:
    child, submitted = held_child(start, peer, ".", TO)
    child.close()
    flush(api, organization)

    assert [message_id(message) for message in peer.messages] == [submitted, submitted]


def test_a_colleague_has_it_once_although_the_process_was_killed_with_others_open(
    api: Api, organization: ProfileAdmin, peer: Peer, start: Start
) -> None:
    child, _ = held_child(start, peer, ".", "bob@athena.test", TO)
    child.close()
    flush(api, organization)

    with api.logon("bob", organization) as session:
        assert subjects(session.inbox) == ["number 0"]


def test_an_unroutable_recipient_is_reported_once_although_the_process_was_killed(
    api: Api, organization: ProfileAdmin, peer: Peer, start: Start
) -> None:
    child, _ = held_child(start, peer, ".", "z@nowhere.test", TO)
    child.close()
    flush(api, organization)

    with api.logon("work", organization) as session:
        assert subjects(session.inbox) == ["Undeliverable: number 0"]


def test_the_outcome_after_the_kill_is_the_next_process_s(
    api: Api, organization: ProfileAdmin, peer: Peer, start: Start
) -> None:
    child, _ = held_child(start, peer, "MAIL", TO)
    child.close()

    with api.logon("work", organization) as session:
        session.flush_queues()
        (item,) = session.sent_items.messages()
        assert session.outcomes(msgcore.Submission(item.entry_id, ""))[TO] == Accepted(250, "2.0.0")


def test_what_was_submitted_to_an_organization_before_the_kill_is_sent_once(
    api: Api, organization: ProfileAdmin, peer: Peer, start: Start
) -> None:
    child = start(3, "wait", TO)
    submitted = child.submitted(3)
    child.close()
    flush(api, organization)

    assert sorted(message_id(message) for message in peer.messages) == sorted(submitted)


# Any moment


def lost_and_doubled(api: Api, admin: ProfileAdmin, peer: Peer, start: Start, kills: int) -> tuple[set[str], int]:
    """Kill children at moments of chance; say what was submitted and not sent, and how many were sent again."""
    chance = random.Random(kills)
    submitted: list[str] = []
    for _ in range(kills):
        child = start(1_000, "flush each", TO)
        submitted += child.submitted(chance.randint(1, 10))
        child.close()
    flush(api, admin)
    sent = Counter(message_id(message) for message in peer.messages)
    return set(submitted) - set(sent), sum(count - 1 for count in sent.values())


@pytest.mark.parametrize("path", ["profile", "organization"])
def test_kills_at_any_moment_lose_nothing_and_double_one_at_most(
    api: Api, request: pytest.FixtureRequest, peer: Peer, start: Start, path: str
) -> None:
    admin = request.getfixturevalue(path)
    lost, doubled = lost_and_doubled(api, admin, peer, start, 2)

    assert (lost, doubled <= 2) == (set(), True)


@pytest.mark.soak
@pytest.mark.parametrize("path", ["profile", "organization"])
def test_many_kills_at_any_moment_lose_nothing_and_double_one_each_at_most(
    api: Api, request: pytest.FixtureRequest, peer: Peer, start: Start, path: str
) -> None:
    admin = request.getfixturevalue(path)
    lost, doubled = lost_and_doubled(api, admin, peer, start, 60)

    assert (lost, doubled <= 60) == (set(), True)
