"""Dialogues recorded from Dovecot, replayed at every cut: what the client says, and what it makes of the answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from msgcore.errors import AuthenticationRefused, MaildropInUse
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut
from msgcore.testing.transcripts.cuts import EACH_CUT
from tests.wire.pop3.dialogues.conversation import LETTERS, SERVERS, Held, replayed

EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
EACH_SESSION = pytest.mark.parametrize("name", ["tls", "apop"])

UNIQUE_IDS = {
    "tls": (b"000000016b086203", b"000000026b086203", b"000000036b086203"),
    "apop": (b"000000016b086204", b"000000026b086204", b"000000036b086204"),
}


def test_every_record_has_its_case() -> None:
    assert {path.stem for path in Path(__file__).parent.glob("*.txt")} == set(SERVERS)


@EACH_SESSION
@EACH_CUT
@EACH_MODE
def test_a_session_is_held_as_recorded(name: str, mode: Mode, cut: Cut) -> None:
    assert replayed(name, mode, cut) == Held(
        can_pipeline=True,
        sizes=(23, 31, 18),
        unique_ids=UNIQUE_IDS[name],
        headers=[b"Subject: one\r\n\r\n", b"Subject: two\r\n\r\n", b"Subject: three\r\n\r\n"],
        messages=[*LETTERS],
        refused=[],
    )


@EACH_CUT
@EACH_MODE
def test_a_wrong_password_is_refused_as_recorded(mode: Mode, cut: Cut) -> None:
    with pytest.raises(AuthenticationRefused, match=r"AUTH PLAIN as alice: -ERR \[AUTH\] Authentication failed\."):
        replayed("wrong_password", mode, cut)


@EACH_CUT
@EACH_MODE
def test_a_locked_maildrop_is_in_use_as_recorded(mode: Mode, cut: Cut) -> None:
    with pytest.raises(MaildropInUse, match="Mailbox is locked by another POP3 session"):
        replayed("locked", mode, cut)
