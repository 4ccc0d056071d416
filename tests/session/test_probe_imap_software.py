"""Guessing software from what IMAP servers say: greetings as they are seen in the world."""

from __future__ import annotations

import pytest

from msgcore.session.probe import Confidence
from msgcore.session.probe.fingerprints import Said, guess_software

GREETINGS = [
    ("* OK Gimap ready for requests from 192.0.2.1 x1mb1234", "Gmail", ""),
    ("* OK IMAP4rev1 imapgate-1.8.1_01.20166 imap1012.mail.ir2.yahoo.com", "Yahoo Mail", "1.8.1_01.20166"),
    ("* OK (2201B38-0) pv50p00im-ztdg10021801.me.com", "iCloud Mail", ""),
    ("* OK IMAP server ready H mieue154 15.6 IMAP-1My4Ij-1k2Oa32EiF", "GMX, WEB.DE or IONOS (1&1)", ""),
    ("* OK IMAP server ready H migmx112 15.6", "GMX, WEB.DE or IONOS (1&1)", ""),
    ("* OK Yandex IMAP4rev1 at sas8-1.qloud-c.yandex.net:993 ready to talk with, 2019-Oct-18", "Yandex Mail", ""),
    ("* OK QQMail XMIMAP4Server ready", "QQ Mail", ""),
    ("* OK Coremail System IMap Server Ready(163com[726cd87d])", "Coremail (163, 126, yeah.net)", ""),
    ("* OK The Microsoft Exchange IMAP4 service is ready. [TQBOADIA]", "Exchange or Office 365", ""),
    (
        "* OK Microsoft Exchange Server 2003 IMAP4rev1 server version 6.5.7638.1 (ex.b.test) ready.",
        "Microsoft Exchange",
        "6.5.7638.1",
    ),
    ("* OK Microsoft Exchange IMAP4rev1 server version 5.5.2653.23 ready", "Microsoft Exchange", "5.5.2653.23"),
    ("* OK Dovecot ready.", "Dovecot", ""),
    ("* OK Dovecot (Debian) ready.", "Dovecot", ""),
    ("* PREAUTH Dovecot ready.", "Dovecot", ""),
    ("* OK mail Cyrus IMAP 3.4.2-dirty-Debian-3.4.2-2 server ready", "Cyrus", "3.4.2-dirty-Debian-3.4.2-2"),
    ("* OK mail.b.test Cyrus IMAP4 v2.3.16 server ready", "Cyrus", "v2.3.16"),
    ("* OK Courier-IMAP ready. Copyright 1998-2018 Double Precision, Inc.", "Courier", ""),
    ("* OK mail.b.test Zimbra IMAP4rev1 server ready", "Zimbra", ""),
    ("* OK Proton Mail Bridge 03.08.01 - gluon session ID 3", "Proton Mail Bridge", "03.08.01"),
    ("* OK Stalwart IMAP4rev2 at your service.", "Stalwart", ""),
    ("* OK company.mail IMAP4rev1 MDaemon 9.6.4 ready", "MDaemon", "9.6.4"),
    ("* OK Kerio Connect 8.5.1 IMAP4rev1 server ready", "Kerio Connect", "8.5.1"),
    ("* OK mail.b.test IceWarp 12.0.3.1 IMAP4 ready", "IceWarp", "12.0.3.1"),
    ("* OK Domino IMAP4 Server Release 10.0.1FP3 ready Wed, 30 Oct 2019", "HCL Domino (Lotus)", "10.0.1FP3"),
    ("* OK CommuniGate Pro IMAP Server 3.4.8 at b.test ready", "CommuniGate Pro", "3.4.8"),
    ("* OK Axigen-10.3.3 IMAP4rev1 service is ready", "Axigen", "10.3.3"),
    ("* OK JAMES IMAP4rev1 Server b.test is ready.", "Apache James", ""),
    ("* OK Welcome to Binc IMAP v1.2.13", "Binc IMAP", "1.2.13"),
    ("* OK IMAP4rev1 Server GreenMail v2.1.3 ready", "GreenMail", "2.1.3"),
]


@pytest.mark.parametrize(("greeting", "name", "version"), GREETINGS, ids=lambda value: str(value)[:40])
def test_who_names_itself_in_the_greeting_is_certain(greeting: str, name: str, version: str) -> None:
    best = guess_software(Said({"greeting": greeting}), "imap")[0]

    assert (best.name, best.version, best.confidence) == (name, version, Confidence.CERTAIN)


@pytest.mark.parametrize(("greeting", "name"), [(one[0], one[1]) for one in GREETINGS], ids=lambda value: value[:40])
def test_who_names_itself_is_nobody_else(greeting: str, name: str) -> None:
    assert {one.name for one in guess_software(Said({"greeting": greeting}), "imap")} == {name}


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("name Dovecot", "Dovecot", ""),
        ("name Cyrus IMAPD; version 2.5.10-Debian; vendor Project Cyrus", "Cyrus", "2.5.10-Debian"),
        ("name Coremail Imap; vendor Mailtech", "Coremail (163, 126, yeah.net)", ""),
        ("name Zimbra; version 8.8.15_GA_4059", "Zimbra", "8.8.15_GA_4059"),
        ("name Kerio Connect; version  8.0.2", "Kerio Connect", ""),
    ],
)
def test_a_server_is_told_by_its_id(text: str, name: str, version: str) -> None:
    best = guess_software(Said({"greeting": "* OK ready", "id": text}), "imap")[0]

    assert (best.name, best.version) == (name, version)


@pytest.mark.parametrize(
    ("said", "keywords", "name", "confidence"),
    [
        ({"greeting": "* OK ready"}, "IMAP4REV1 X-GM-EXT-1", "Gmail", Confidence.LIKELY),
        ({"greeting": "* OK ready"}, "IMAP4REV1 XYMHIGHESTMODSEQ", "Yahoo Mail", Confidence.LIKELY),
        ({"greeting": "* OK ready"}, "XAPPLEPUSHSERVICE AUTH=ATOKEN", "iCloud Mail", Confidence.LIKELY),
        (
            {"greeting": "* OK ready", "starttls": "OK Begin TLS negotiation now."},
            "IMAP4REV1 ID LOGIN-REFERRALS",
            "Dovecot",
            Confidence.LIKELY,
        ),
        ({"greeting": "* OK IMAPrev1"}, "IMAP4REV1", "hMailServer", Confidence.LIKELY),
        ({"greeting": "* OK b.test IMAP4rev1 2007f.404 at Mon, 5 Jan 2026"}, "", "UW imapd", Confidence.LIKELY),
        ({"greeting": "* OK IMAP4 ready"}, "IMAP4REV1", "Fastmail", Confidence.POSSIBLE),
    ],
)
def test_who_does_not_name_itself_is_less_certain(
    said: dict[str, str], keywords: str, name: str, confidence: Confidence
) -> None:
    best = guess_software(Said(said, frozenset(keywords.split())), "imap")[0]

    assert (best.name, best.confidence) == (name, confidence)


def test_who_says_nothing_of_its_own_is_nobody() -> None:
    assert guess_software(Said({"greeting": "* OK IMAP4rev1 ready"}, frozenset({"IMAP4REV1"})), "imap") == ()


@pytest.mark.parametrize(
    "text",
    ["a" * 60_000, "Dovecot (" * 5_000, " Cyrus IMAP" * 6_000, "1." * 30_000, " imapgate-1" * 6_000, "a." * 30_000],
)
def test_a_long_answer_is_soon_judged(text: str) -> None:
    """Patterns that go back and forth over it would not end."""
    said = {"greeting": f"* OK {text}", "id": text, "starttls": text, "logout": text}

    assert {one.name for one in guess_software(Said(said), "imap")} <= {"Cyrus"}
