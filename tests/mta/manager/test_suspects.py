"""Recipients over whom workers have ended: they are worked alone, and not forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgcore.model import Delivered, Outcome, Recipient
from msgcore.mta.queue.contract import SUSPICIOUS
from msgcore.runtime import NEVER
from tests.mta.office import Delivery, Office, at_office, installed, table


def test_a_run_until_idle_delivers_a_suspect_behind_other_mail(tmp_path: Path) -> None:
    seen: list[str] = []

    async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        seen.extend(delivery.names)
        return delivery.all(Delivered(250))

    async def story(office: Office) -> None:
        office.routes = table(b=installed(deliver))
        for number in range(200):
            await office.submit("other@b.test", transfer_id=f"t{number}")
        await office.submit("suspect@b.test", transfer_id="suspect")
        mark = "update mta_recipient set crashes = ? where address like 'suspect%'"
        await office.database.write(office.runtime, lambda c: c.run(mark, (SUSPICIOUS,)), NEVER)
        await office.work()

    at_office(tmp_path, story)
    assert (len(seen), "suspect" in seen) == (201, True)


def test_a_suspect_is_worked_although_other_mail_keeps_coming(tmp_path: Path) -> None:
    seen: list[str] = []

    async def story(office: Office) -> None:
        numbers = iter(range(100, 2_000))

        async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            seen.extend(delivery.names)
            office.clock.move(0.1)
            number = next(numbers, None)
            if number is not None:
                await office.submit("other@b.test", transfer_id=f"t{number}")
            return delivery.all(Delivered(250))

        office.routes = table(b=installed(deliver))
        for number in range(100):
            await office.submit("other@b.test", transfer_id=f"t{number}")
        await office.submit("suspect@b.test", transfer_id="suspect")
        mark = "update mta_recipient set crashes = ? where address like 'suspect%'"
        await office.database.write(office.runtime, lambda c: c.run(mark, (SUSPICIOUS,)), NEVER)
        await office.work()

    at_office(tmp_path, story)
    assert seen.index("suspect") < 1_500
