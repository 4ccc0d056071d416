"""Every example runs as it stands, in an empty folder, and says what it promises."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.examples.host import Host
from tests.shared import REPOSITORY

EXAMPLES = REPOSITORY / "examples"

PROMISED = {
    "background_spooler.py": ["The server has Report\nNew mail: Re: Report\ncreated\nLogged off"],
    "address_book.py": [
        "In it: Bea Berg, Bob Berg, Choir, Friends\n'berg' may be any of Bea Berg <bea@b.test>, Bob Berg <bob@b.test>;",
        "list 'Friends' is inside itself (Friends > Choir > Friends), where it is passed over\n",
        "Friends > Choir > Carol <carol@c.test>: internet-mail: takes SMTP\n",
        "Sent to: bea@b.test, carol@c.test, dan@d.test, bob@b.test",
    ],
    "newsletter.py": [
        "delivered: ['bob@b.test', 'carol@c.test']\ntake off the list: ['gone@c.test']\n",
        "send again later: ['dan@d.test']\n",
    ],
    "help_desk.py": [
        "T1 ['Printer', 'Re: [T1] Printer', '[T1] Printer']\nleft in the inbox: 0\nanswered: [T1] Printer\n",
    ],
    "archive_pop3.py": ["pop3: 3 received (337 octets)\npop3: 0 received\n", "Reminder\n  Bob <x@b.test>: Invoice 7\n"],
    "migrate_imap.py": [
        "inbox: 2\nprojects: 2\ninbox: 0\nprojects: 0\nLetter 1 read 01 Jan 2026\nLetter 2 unread 02 Jan 2026\n",
    ],
    "bounces.py": ["no bounce: Out of office\ndead: ['bob@b.test', 'dan@c.test']\n"],
    "extract_attachments.py": ["'../../etc/passwd' -> files of letter.eml/passwd: 4 octets\n'plan.pdf' -> "],
    "gateway_router.py": [
        "FAX:+1202555: accepted printed into fax-abroad\nSMS:+4671: accepted printed into sms\n",
        "['fax', 'fax-abroad', 'mail', 'sms']",
    ],
    "logging_handler.py": ["ERROR: order 7: the card was refused\nINFO shop: order 7 came\nERROR shop: order 7: "],
    "fastapi_background.py": ["no local part", "202 sent to bob@b.test\n{'bob@b.test': 'Accepted'}\n"],
    "django_backend.py": [
        "sent: 1\nby: ['bob@b.test', 'carol@c.test']\nno Bcc in it: True\nsent: 0 refused 550 5.1.1 no such mailbox\n",
    ],
    "convert.py": [
        "IPM.Appointment: Lunch, with ['menu.txt']\nas tnef: 0 lost\nas mime: 1 lost\n",
        "PidTagMessageClass: MIME has no field for it ('IPM.Appointment'), and reads as 'IPM.Note'",
    ],
    "disclaimer_hook.py": [
        "Price: 'Ten each.\\n\\nAthena plc. This is no offer.\\n'",
        "held: disclaimer: confidential, and for bob@b.test",
        "sent: Price: 'Ten each.\\n'",
    ],
    "imap_account.py": ["sent: ['Lunch?']\nfound: Re: Lunch?\nfiled: ['Re: Lunch?']"],
    "mta_node.py": [
        "carol@c.test waits: smtp 127.0.0.1:9: connect: 127.0.0.1: Connection refused\ndeleted: 1, waiting: 0\n",
        "SMTP:ann@athena.test delivered through mailboxes\nforgotten: 1\n",
    ],
    "post_office.py": [
        "Ann Alm [MS:ATHENA/SALES/ann]\nBob Berg [MS:ATHENA/SALES/bob]\n",
        "Bob Berg [MS:ATHENA/SALES/bob]: delivered 2.1.5",
        "MS:ATHENA/SALES/eve: refused 5.1.1 post office ATHENA/SALES has no mailbox 'eve'\n",
        "Ann Alm [MS:ATHENA/SALES/ann]: Lunch: At noon?",
    ],
    "probe.py": ["greeting   220 mx.loopback.test ESMTP", "Software: msgcore", "starttls fails: not offered"],
    "profiles.py": [
        """["# Ann's own.", '', 'transport_order = ["internet-mail"]'] ('mail', 'internet-mail')""",
        "refused: was changed",
        "mail works\ninternet-mail check host and port",
        "internet-mail: password: callable:vault: nobody gives it",
        "default: office\n",
    ],
    "submission.py": [
        "as ann@athena.test: bob@athena.test: accepted 250 2.0.0 queued as ",
        "as bob@athena.test: bob@athena.test: refused 550 5.7.1 this sender is not yours",
    ],
    "two_mailboxes.py": ["bob@athena.test: delivered 250 2.1.5", "ann <ann@athena.test>: Report: All is well."],
    "two_mailboxes_asyncio.py": ["bob@athena.test: delivered 250 2.1.5", "ann <ann@athena.test>: Report: All is well."],
    "receive_mail.py": [
        "pop3: 2 received (202 octets)\npop3: 0 received\nAt the server: 2",
        "Waits: Holiday from Eve <eve@e.test>, 80,095 octets",
        "pop3: 1 received (80,095 octets), 2 removed from the server, 1 waiting at the server",
        "Still waits: ['Sunset']\nInbox: ['Lunch', 'Plan', 'Holiday']\nAt the server: 3",
        "1 Lunch\n2 Plan\n3 Sunset",
    ],
    "reply_and_forward.py": [
        "In the list: By train, I think.",
        "To: Ann <ann@a.test>\nCc: carol@c.test\nSubject: Re: Plan\n",
        "> By train, I think.\n",
        "Fwd: Plan with AW_ Plan.eml",
    ],
    "reports.py": [
        "bob@b.test failed: 5.2.2 552 mailbox full",
        "May a receipt be sent? may",
        "REPORT.IPM.Note.IPNRN - Read: Plan",
        "A receipt for the receipt? never",
    ],
    "routes.py": [
        "goes to partner (gateway smtp) by SMTP:*@partner.test, cost 50",
        "goes to internet (gateway smtp) by SMTP:*, cost 10",
        "no route: 5.4.4",
    ],
    "send_many.py": [
        "letter 0: bob@b.test accepted 250 2.0.0",
        "letter 1: nobody@b.test refused 550 5.1.1 no such mailbox",
        "letter 2: eve@b.test accepted 250 2.0.0",
        "torn: eve@b.test unknown: it may have arrived",
        "The server took 3 messages, the first with NOTIFY=SUCCESS.",
    ],
    "store.py": [
        "replica: ['Dinner', 'Lunch', 'Report 1', 'Report 2']\nsearch folder: ['Report 1', 'Report 2']",
        "replica: ['Dinner', 'Report 2', 'Report 3']\nsearch folder: ['Report 2', 'Report 3']",
        "restored: Report 1\nreplica: ['Dinner', 'Report 1', 'Report 2', 'Report 3']",
        "faults: []",
    ],
    "tables.py": [
        "['Letter 18', 'Letter 17', 'Letter 14']",
        "row 10 of 20",
        "Bob: 20, 10 unread",
        "20 more rows",
        "23 rows in view",
    ],
    "sms_service.py": [
        "SMS:+46701234567: accepted handed to the operator",
        "Bob [SMS:0701]: refused a number starts with + and the country",
        "Athena -> +46701234567: Call me",
        "Undeliverable: !",
    ],
}


def test_every_example_has_its_promise() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(PROMISED)


@pytest.fixture(scope="module")
def host() -> Generator[Host]:
    with Host() as host:
        yield host


@pytest.mark.parametrize("name", PROMISED)
def test_an_example_runs_as_it_stands(name: str, host: Host, tmp_path: Path) -> None:
    """Again over what it left, if anything: whoever tries an example tries it again."""
    _run(host, name, tmp_path)
    if any(tmp_path.iterdir()):
        _run(host, name, tmp_path)


def _run(host: Host, name: str, folder: Path) -> None:
    done = host.run(EXAMPLES / name, folder)
    assert (done.status, done.stderr) == (0, "")
    for promise in PROMISED[name]:
        assert promise in done.stdout
