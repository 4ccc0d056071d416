"""Outcomes: one for each recipient, with what is certain."""

from __future__ import annotations

import pytest

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.errors import NotAccepted, PluginBroken
from msgcore.model import Accepted, Deferred, Delivered, Outcome, Outcomes, Pending, Recipient, Refused, Unknown
from msgcore.model.address import parse_address
from msgcore.model.outcome import Certainty, outcome_fields, outcome_of_fields, outcome_of_reply
from msgcore.model.report import ReportAction, ReportedRecipient, report_class


def to(address: str) -> Recipient:
    return Recipient(parse_address(address))


BOB, CAROL, FAX = to("Bob <bob@b.test>"), to("carol@c.test"), to("FAX:+4670")


def outcomes() -> Outcomes:
    return Outcomes({BOB: Accepted(250, "2.1.5", "ok"), CAROL: Refused(550, "5.1.1", "no such user"), FAX: Deferred()})


@pytest.mark.parametrize("key", [BOB, "bob@b.test", "BOB@B.TEST", "SMTP:bob@b.test"])
def test_an_outcome_is_found_by_recipient_or_address(key: Recipient | str) -> None:
    assert outcomes()[key] == Accepted(250, "2.1.5")


def test_an_unknown_address_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        outcomes()["dave@d.test"]


def test_what_is_not_accepted_raises_with_every_recipient() -> None:
    with pytest.raises(NotAccepted, match=r"carol@c\.test: refused 550 5\.1\.1 no such user") as caught:
        outcomes().raise_unless_accepted()
    assert set(caught.value.outcomes.not_accepted) == {CAROL, FAX}
    assert Outcomes({BOB: Delivered()}).raise_unless_accepted().all_accepted


@pytest.mark.parametrize(
    ("outcome", "certainty", "is_final"),
    [
        (Accepted(250), Certainty.SENT, True),
        (Delivered(250), Certainty.SENT, True),
        (Deferred(451), Certainty.NOT_SENT, False),
        (Refused(550), Certainty.NOT_SENT, True),
        (Unknown(), Certainty.UNKNOWN, True),
        (Pending(), Certainty.NOT_SENT, False),
    ],
)
def test_each_kind_says_what_is_certain(outcome: Outcome, certainty: Certainty, is_final: bool) -> None:
    assert (outcome.certainty, outcome.is_final) == (certainty, is_final)
    assert outcome_of_fields(*outcome_fields(outcome)) == outcome


def test_what_is_kept_of_a_text_is_of_a_bounded_size() -> None:
    """A transport may give a whole page of a web server, for each of its recipients."""
    page = "no " * 1_000_000
    kept = outcome_of_fields(*outcome_fields(Refused(text=page, stage=page, note=page)))

    assert [len(one) for one in (kept.text, kept.stage, kept.note)] == [10_000] * 3


@pytest.mark.parametrize(("code", "kind"), [(250, Accepted), (451, Deferred), (550, Refused)])
def test_a_reply_becomes_an_outcome_by_its_class(code: int, kind: type[Outcome]) -> None:
    outcome = outcome_of_reply(Reply(code, ("text",), EnhancedStatus(code // 100, 1, 1)), "RCPT")
    assert (type(outcome), outcome.text, outcome.stage) == (kind, "text", "RCPT")


def test_a_bad_enhanced_status_is_refused() -> None:
    with pytest.raises(PluginBroken):
        Refused(550, "5.1")


def test_a_reported_recipient_takes_the_status_of_its_class() -> None:
    """RFC 3464 section 2.3.4: a failed recipient never carries a status of success."""
    failed = ReportedRecipient.of_outcome(BOB.address, Refused(550, "5.1.1", "no"), ReportAction.FAILED)
    odd = ReportedRecipient.of_outcome(BOB.address, Refused(450, "4.2.1", "late"), ReportAction.FAILED)
    assert (failed.status, failed.diagnostic) == (EnhancedStatus(5, 1, 1), "550 5.1.1 no")
    assert odd.status == EnhancedStatus(5, 0, 0)


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ((ReportAction.DELIVERED, ReportAction.FAILED), "REPORT.IPM.Note.NDR"),
        ((ReportAction.DELIVERED, ReportAction.DELAYED), "REPORT.IPM.Note.Delayed.DR"),
        ((ReportAction.DELIVERED,), "REPORT.IPM.Note.DR"),
        ((), "REPORT.IPM.Note.NDR"),
    ],
)
def test_the_worst_action_names_the_report(actions: tuple[ReportAction, ...], expected: str) -> None:
    assert report_class(actions) == expected
