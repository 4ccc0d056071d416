"""Guessing software from what servers say: greetings as they are seen in the world."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from msgcore.session.probe import Confidence
from msgcore.session.probe.fingerprints import Said, guess_software

RULES = tomllib.loads(files("msgcore.session.probe").joinpath("fingerprints.toml").read_text(encoding="utf-8"))

GREETINGS = [
    ("220 mx.example.test ESMTP Postfix (Debian/GNU)", "Postfix", ""),
    ("220 mx.example.test ESMTP Postfix (3.7.11)", "Postfix", "3.7.11"),
    ("220 mx.example.test ESMTP Exim 4.97.1 Mon, 05 Jan 2026 12:00:00 +0000", "Exim", "4.97.1"),
    ("220 mx.example.test ESMTP Sendmail 8.17.1/8.17.1; Mon, 5 Jan 2026 12:00:00 GMT", "Sendmail", "8.17.1"),
    (
        "220 ex.example.test Microsoft ESMTP MAIL Service, Version: 6.0.3790.4675 ready at Mon, 5 Jan 2026 12:00:00",
        "Microsoft Exchange",
        "6.0.3790.4675",
    ),
    ("220 ex.example.test Microsoft ESMTP MAIL Service ready at Mon, 5 Jan 2026", "Microsoft Exchange", ""),
    (
        "220 DB5EUR01FT012.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready at Mon, 5 Jan 2026",
        "Office 365 (Exchange Online)",
        "",
    ),
    ("220 mx.google.com ESMTP 4fb4d7f45d1cf-61e - gsmtp", "Gmail", ""),
    ("220 email-smtp.amazonaws.com ESMTP SimpleEmailService-d-ABC 123", "Amazon SES", ""),
    ("220 mx.zohomail.eu SMTP Server ready January 5, 2026", "Zoho Mail", ""),
    ("220 mtaproxy1.free.mail.ne1.yahoo.com ESMTP ready", "Yahoo Mail", ""),
    ("220 mx4.messagingengine.com ESMTP . No UCE permitted.", "Fastmail", ""),
    ("220 mx0a-00000000.pphosted.com ESMTP mfa-m0000000", "Proofpoint", ""),
    ("220 eu-smtp-1.mimecast.com ESMTP ; Mon, 05 Jan 2026 12:00:00 +0000", "Mimecast", ""),
    ("220 mx.example.test ESMTP OpenSMTPD", "OpenSMTPD", ""),
    ("220 mail.example.test Dovecot (Debian) ready.", "Dovecot submission", ""),
    ("220 mail.example.test Dovecot ready.", "Dovecot submission", ""),
    ("220 mx.example.test ESMTP Haraka/3.0.3 ready", "Haraka", "3.0.3"),
    ("220 mx.example.test ESMTP MailEnable Service, Version: 10.45-- ready at 01/05/26", "MailEnable", "10.45--"),
    ("220 notes.example.test ESMTP Service (HCL Domino Release 12.0.2) ready at", "HCL Domino (Lotus)", "12.0.2"),
    ("220 notes.example.test ESMTP Service (Lotus Domino Release 8.5.3FP6) ready", "HCL Domino (Lotus)", "8.5.3FP6"),
    ("220 md.example.test ESMTP MDaemon 24.5.1; Mon, 05 Jan 2026 12:00:00", "MDaemon", "24.5.1"),
    ("220 mail.example.test Kerio Connect 10.0.5 ESMTP ready", "Kerio Connect", "10.0.5"),
    ("220 mail.example.test ESMTP Courier 1.3.9", "Courier", "1.3.9"),
    ("220 localhost Python SMTP 1.4.6", "aiosmtpd", "1.4.6"),
    ("220 mx.example.test Stalwart ESMTP at your service", "Stalwart", ""),
    ("220 mx.example.test ESMTP CommuniGate Pro 6.3.39", "CommuniGate Pro", "6.3.39"),
    ("220 ************************************", "a Cisco firewall that rewrites SMTP (inspect esmtp)", ""),
    ("220 smtp-sink ESMTP", "smtp-sink (Postfix)", ""),
]


@pytest.mark.parametrize(("greeting", "name", "version"), GREETINGS, ids=lambda value: str(value)[:40])
def test_who_names_itself_in_the_greeting_is_certain(greeting: str, name: str, version: str) -> None:
    guesses = guess_software(Said({"greeting": greeting}), "smtp")

    assert [(one.name, one.version, one.confidence) for one in guesses] == [(name, version, Confidence.CERTAIN)]


def test_zimbra_goes_before_the_postfix_in_it() -> None:
    said = Said({"greeting": "220 mx.example.test ESMTP Zimbra Postfix", "noop": "250 2.0.0 Ok"})

    assert guess_software(said, "smtp")[0].name == "Zimbra (Postfix)"


@pytest.mark.parametrize(
    ("greeting", "name"),
    [
        ("220 mail.example.test Dovecot ready.", "Dovecot LMTP"),
        ("220 mail.example.test Cyrus LMTP 3.8.1 server ready", "Cyrus LMTP"),
        ("220 mail.example.test LMTP Cyrus v2.4.17-Debian ready", "Cyrus LMTP"),
    ],
)
def test_lmtp_has_rules_of_its_own(greeting: str, name: str) -> None:
    assert [one.name for one in guess_software(Said({"greeting": greeting}), "lmtp")] == [name]


POSTFIX_KEYWORDS = frozenset(["PIPELINING", "SIZE", "ETRN", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN"])


def test_one_that_hides_its_name_is_told_by_its_replies() -> None:
    said = Said(
        {
            "greeting": "220 mx.example.test ESMTP",
            "help": "500 5.5.2 Error: command not recognized",
            "noop": "250 2.0.0 Ok",
            "quit": "221 2.0.0 Bye",
        },
        POSTFIX_KEYWORDS,
    )

    assert [(one.name, one.confidence) for one in guess_software(said, "smtp")] == [("Postfix", Confidence.LIKELY)]


def test_a_rule_holds_only_when_all_its_keywords_are_offered() -> None:
    said = Said({"greeting": "220 x ESMTP", "noop": "250 2.0.0 Ok", "quit": "221 2.0.0 Bye"}, frozenset({"PIPELINING"}))

    assert guess_software(said, "smtp") == ()


def test_the_best_guess_comes_first() -> None:
    said = Said(
        {
            "greeting": "220 x ESMTP",
            "help": "214 2.0.0 This is sendmail version 8.17.1",
            "noop": "250 2.0.0 Ok",
            "quit": "221 2.0.0 Bye",
        },
        POSTFIX_KEYWORDS,
    )

    assert [(one.name, one.confidence.value) for one in guess_software(said, "smtp")] == [
        ("Sendmail", "certain"),
        ("Postfix", "possible"),
    ]


def test_who_says_nothing_special_is_not_known() -> None:
    assert guess_software(Said({"greeting": "220 mx.example.test hello"}), "smtp") == ()


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
def test_every_rule_looks_at_something_that_is_asked(protocol: str) -> None:
    asked = {"name", "confidence", "keywords", "greeting", "ehlo", "starttls", "help", "noop", "vrfy", "expn", "quit"}

    assert [rule for rule in RULES[protocol] if not set(rule) <= asked or len(rule) < 3] == []


@pytest.mark.parametrize("text", ["a" * 60_000, " ESMTP" * 10_000, "." * 60_000, "1." * 30_000, " (" * 30_000])
@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
def test_a_long_reply_is_nobodys(text: str, protocol: str) -> None:
    """Patterns that go back and forth over it would not end."""
    asked = ["greeting", "ehlo", "starttls", "help", "noop", "vrfy", "expn", "quit"]

    assert guess_software(Said(dict.fromkeys(asked, f"220 {text}")), protocol) == ()
