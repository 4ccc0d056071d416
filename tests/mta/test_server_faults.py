"""Two MTAs under load, and harm: a third one is killed, or their server is stopped at once, or lost for its standby."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs
import pytest

from tests.mta.accounts import Found, account
from tests.mta.load import Load
from tests.mta.mail_sink import MailSink
from tests.mta.mortal import MOST_IN_HAND
from tests.mta.nursery import Nursery
from tests.mta.places import Target, namespace_of
from tests.mta.standby import Switch, standby_of
from tests.servers import Postgresql

_WORKERS = 2
_CLIENTS_OF_EACH = 2
_MESSAGES_BETWEEN = 20


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


@pytest.fixture(scope="module")
def durable() -> Iterator[Postgresql]:
    with Postgresql(is_durable=True) as server:
        yield server


def under_load(
    nursery: Nursery, target: Target, folder: Path, sink: MailSink, harms: Sequence[Callable[[], None]]
) -> Found:
    """Have two MTAs work while harm is done, then let them end, and look at everything."""
    workers = [nursery.bear(target, folder, sink.port) for _ in range(_WORKERS)]
    with Load([one.port for one in workers] * _CLIENTS_OF_EACH) as load:
        for harm in harms:
            sink.wait_for(len(sink.taken) + _MESSAGES_BETWEEN)
            harm()
        sink.wait_for(len(sink.taken) + _MESSAGES_BETWEEN)
    is_done = [one.drain() for one in workers]
    assert is_done == [True] * _WORKERS, nursery.complaints()
    for one in workers:
        one.stop()

    return account(target, sink, load)


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


# A third kill might make dead letters, which wait for a person.
@pytest.mark.parametrize("_", [1, *(pytest.param(one, marks=pytest.mark.soak) for one in range(2, 20))])
def test_what_a_killed_mta_had_in_hand_others_deliver(
    nursery: Nursery, target: Target, tmp_path: Path, sink: MailSink, _: int
) -> None:
    third = [nursery.bear(target, tmp_path, sink.port)]

    def kill_and_replace() -> None:
        third[-1].kill()
        third[-1].wait_for_death()
        third.append(nursery.bear(target, tmp_path, sink.port))

    found = under_load(nursery, target, tmp_path, sink, [kill_and_replace] * 2)
    third[-1].stop()

    assert (found.wrong, found.repeats <= 2 * MOST_IN_HAND) == ([], True)


# They live on, and write down what they know once the server is back: nothing comes twice.


@pytest.mark.interop
@pytest.mark.parametrize("times", [1, pytest.param(20, marks=pytest.mark.soak)])
def test_a_server_that_is_stopped_at_once_and_started_again_loses_nothing_of_two_mtas(
    nursery: Nursery, durable: Postgresql, tmp_path: Path, sink: MailSink, times: int
) -> None:
    def crash() -> None:
        durable.stop_at_once()
        durable.start()

    found = under_load(nursery, namespace_of(durable, tmp_path), tmp_path, sink, [crash] * times)

    assert (found.wrong, found.repeats) == ([], 0)


@pytest.mark.interop
@pytest.mark.soak
def test_a_standby_that_is_promoted_has_all_that_two_mtas_have_promised(
    nursery: Nursery, durable: Postgresql, tmp_path: Path, sink: MailSink
) -> None:
    with standby_of(durable) as standby, Switch(durable.port) as switch:
        target = attrs.evolve(namespace_of(durable, tmp_path), port=switch.port)

        def lose_primary() -> None:
            durable.stop_at_once()
            standby.promote()
            switch.turn_to(standby.port)

        found = under_load(nursery, target, tmp_path, sink, [lose_primary])

    assert (found.wrong, found.repeats) == ([], 0)
