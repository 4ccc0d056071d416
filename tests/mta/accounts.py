"""What MTAs made of the mail that they promised to deliver."""

from __future__ import annotations

from collections import Counter

import attrs

from msgcore.mta.queue.contract import State
from tests.mta.load import Load, recipient_of, wrong_reports
from tests.mta.mail_sink import MailSink
from tests.mta.places import Target, in_queue

__all__ = ["Found", "account"]


@attrs.frozen
class Found:
    """``repeats`` are deliveries more than one, of all recipients together."""

    wrong: list[str]
    repeats: int


def account(target: Target, sink: MailSink, load: Load) -> Found:
    """See that all that was promised has ended: good recipients have their mail, of bad ones their sender a report."""
    rows = in_queue(target, lambda c: c.rows("select address, state from mta_recipient"))
    wrong = [f"not ended: {row}" for row in rows if row[1] != State.ENDED]
    queued = {address for address, _ in rows}
    promised = {recipient_of(kind, number) for number in load.acknowledged for kind in ("good", "bad")}
    wrong += [f"lost: {one}" for one in promised - queued]
    came = Counter(to for one in sink.taken for to in one.recipients)
    expected = {one for one in queued if not one.startswith("bad")}
    wrong += [f"never came: {one}" for one in expected - set(came)]
    wrong += [f"from nowhere: {one}" for one in set(came) - expected]
    wrong += wrong_reports(sink.taken, [one for one in queued if one.startswith("bad")])
    return Found(wrong, came.total() - len(came))
