"""Bounces: reports in a maildrop, standard or not, tell which addresses of a list are dead."""

from collections import Counter
from pathlib import Path
from typing import Any

import msgcore
from msgcore.codecs import mime
from msgcore.model import ReportAction
from msgcore.testing.servers import LoopbackPop3Server

STANDARD = b"""\
From: MAILER-DAEMON@b.test
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.b.test

Final-Recipient: rfc822; bob@b.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such user

Final-Recipient: rfc822; carol@b.test
Action: delayed
Status: 4.2.2
--x--
"""
LETTER_OF_A_SERVER = b"""\
From: MAILER-DAEMON@mx.c.test
Subject: failure notice

Hi. This is the qmail-send program at mx.c.test.
I'm afraid I wasn't able to deliver your message to the following addresses.

<dan@c.test>:
192.0.2.1 does not like recipient.
Remote host said: 550 user unknown
Giving up on 192.0.2.1.
"""
NO_BOUNCE = b"From: eve@e.test\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nBack on Monday.\n"


def main() -> None:
    Path("password.txt").write_text("pa ss")
    Path("password.txt").chmod(0o600)
    failures: Counter[str] = Counter()
    with LoopbackPop3Server({"list": "pa ss"}) as server:
        for octets in (STANDARD, LETTER_OF_A_SERVER, NO_BOUNCE):
            server.put("list", octets.replace(b"\n", b"\r\n"))
        login: dict[str, Any] = {"user": "list", "password": "file:password.txt", "allow_cleartext_login": True}
        with msgcore.open_maildrop(server.url, **login) as maildrop:
            for waiting in maildrop.list():
                message = maildrop.retrieve(waiting)
                report = mime.read_delivery_report(message)
                if report is None:
                    print("no bounce:", message.subject)
                    continue
                for recipient in report.recipients:
                    print(recipient.address.email_address, recipient.action.value, recipient.status)
                    # Only what is for good counts against an address.
                    if recipient.action is ReportAction.FAILED and str(recipient.status).startswith("5"):
                        failures[recipient.address.email_address] += 1
    print("dead:", sorted(failures))


if __name__ == "__main__":
    main()
