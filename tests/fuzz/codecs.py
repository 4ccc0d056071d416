"""Parsers of messages and of what is in them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from msgcore.base.one_off import OneOffEntryId, flat_entry_list, read_flat_entry_list
from msgcore.codecs import mime, msg, rtf, tnef
from msgcore.codecs.compound import NewStorage, write_compound
from msgcore.codecs.mime.syntax.addresses import read_addresses
from msgcore.codecs.mime.syntax.charsets import decode, guess
from msgcore.codecs.mime.syntax.dates import parse_date
from msgcore.codecs.mime.syntax.flowed import unflow
from msgcore.codecs.mime.syntax.parameters import parse_parameters
from msgcore.codecs.mime.syntax.tolerated import ignore
from msgcore.codecs.mime.syntax.transfer import decode_content
from msgcore.codecs.mime.syntax.uuencode import uu_files, without_files
from msgcore.codecs.mime.syntax.words import header_text, without_comments
from msgcore.errors import InjectionRefused, InvalidAddress, LimitExceeded, MalformedMessage
from msgcore.model import Attachment, Message
from msgcore.model.address import parse_address, parse_addresses
from msgcore.model.html_text import text_from_html
from msgcore.model.preview import preview
from msgcore.model.safe_html import safe_html
from msgcore.props import PidTagSubject
from msgcore.props.types import PropertyType
from msgcore.props.wire.forms import WireForm, has_form, is_in_stream
from msgcore.props.wire.reading import decode_restriction, decode_value
from msgcore.props.wire.writing import encode_value
from tests.codecs.tnef.streams import attribute, property_list, stream, unicode_property
from tests.fuzz.parser import Parser, lines, parser
from tests.hostile import compound_cases, mime_cases, msg_cases, rtf_cases, tnef_cases

__all__ = ["CODECS"]

BROKEN = (MalformedMessage, LimitExceeded)


def read_reports(octets: bytes) -> None:
    message = mime.read(octets)
    mime.read_report(message)
    mime.read_read_report(message)
    mime.read_feedback_report(message)
    mime.receipt_decision(message)
    mime.receipt_recipients(message)


def read_field(octets: bytes) -> None:
    text = header_text(octets)
    without_comments(text)
    parse_date(text)
    read_addresses(octets)
    parse_parameters(octets, ignore).get("charset")


def read_body(octets: bytes) -> None:
    """The first line names an encoding and a charset."""
    head, _, body = octets.partition(b"\n")
    encoding, _, charset = head.decode("latin-1").partition(" ")
    content = decode_content(body, encoding)
    unflow(decode(content, charset), delsp=charset.endswith("8"))
    guess(content)
    without_files(body, uu_files(body))


def read_html(octets: bytes) -> None:
    html = octets.decode("utf-8", "replace")
    text_from_html(html)
    message = Message(html=html, attachments=[Attachment(b"z", content_type="image/png", content_id="p")])
    safe_html(message)
    preview(message)


def read_values(octets: bytes) -> None:
    """The first two octets say which type and form."""
    kinds, forms = list(PropertyType), list(WireForm)
    kind = kinds[(octets[0] if octets else 0) % len(kinds)]
    decode_value(kind, octets[2:], forms[(octets[1] if len(octets) > 1 else 0) % len(forms)])


def read_addresses_of_people(octets: bytes) -> None:
    text = octets.decode("utf-8", "replace")
    for address in parse_addresses(text):
        if address.is_resolved:
            assert parse_address(str(address)).email_address == address.email_address


def letter(**fields: object) -> Message:
    return Message(subject="Ärger", from_="Ann <ann@a.test>", to="bob@b.test", text="Hello\r\n", **fields)  # type: ignore[arg-type]  # of several kinds


FULL = {"html": "<p>Hello <b>there</b><img src='cid:p'>", "attachments": [Attachment(b"z" * 40, filename="ü.bin")]}

MULTIPART = lines("""\
Received: from a by b; Mon, 31 Dec 2029 23:00:00 -0500
From: =?utf-8?q?=C3=84nn?= <ann@a.test>
To: "Bob \\"B\\"" <bob@b.test>, friends: c@c.test, d@d.test;
Date: Mon, 31 Dec 2029 23:00:00 -0500 (EST)
Message-ID: <1@a.test>
References: <0@a.test>
 <00@a.test>
MIME-Version: 1.0
Content-Type: multipart/mixed;
 boundary*0=a; boundary*1=b

preamble
--ab
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes
Content-Transfer-Encoding: quoted-printable

H=C3=A9=20
llo=

--c
Content-Type: text/html; charset=iso-2022-jp

<p>\x1b$B%a!<%k\x1b(B
--c--
--ab
Content-Type: message/rfc822

Subject: inner

begin 644 x.txt
#86)C
`
end
--ab
Content-Type: application/octet-stream; name*=utf-8''%C3%BC.bin
Content-Disposition: attachment; filename=x.bin
Content-Transfer-Encoding: base64

AAEC
/w==
--ab--
epilogue
""")
WINMAIL = b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: binary\r\n\r\n"
BOUNCE = lines("""\
From: MAILER-DAEMON@b.test
Subject: Undeliverable
X-Failed-Recipients: c@c.test
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

<c@c.test>: host mx.c.test[192.0.2.1] said: 550 5.1.1 <c@c.test>: no such user (in reply to RCPT TO command)
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; b.test
Original-Envelope-Id: x+3Dy
Arrival-Date: Mon, 31 Dec 2029 23:00:00 -0500

Original-Recipient: rfc822;c+2Bd@c.test
Final-Recipient: utf-8;c\\x{E9}@c.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no
Remote-MTA: dns; mx.c.test
Will-Retry-Until: x

--b
Content-Type: text/rfc822-headers

Message-ID: <1@a.test>

--b--
""")
NOTICE = lines("""\
From: postmaster@b.test
Subject: failure notice

Hi. This is the qmail-send program at b.test.
I'm afraid I wasn't able to deliver your message to the following addresses.

<c@c.test>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.7.1 denied

--- Below this line is a copy of the message.

Return-Path: <ann@a.test>
Subject: x

Hello
""")
RECEIPT = lines("""\
Content-Type: multipart/report; report-type=disposition-notification; boundary=b

--b

read
--b
Content-Type: message/disposition-notification

Reporting-UA: b.test; x
Original-Recipient: rfc822;b@b.test
Final-Recipient: rfc822;b@b.test
Original-Message-ID: <1@a.test>
Disposition: manual-action/MDN-sent-manually; displayed/error

--b--
""")
COMPLAINT = lines("""\
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b

spam
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: x/1
Version: 1
Original-Mail-From: <ann@a.test>
Arrival-Date: Mon, 31 Dec 2029 23:00:00 -0500
Source-IP: 192.0.2.1
Incidents: 3

--b
Content-Type: message/rfc822

Disposition-Notification-To: ann@a.test

x
--b--
""")
DMARC = (
    b"<?xml version='1.0' encoding='utf-8'?><feedback><version>1</version><report_metadata><org_name>b &amp; c"
    b"</org_name><report_id>7</report_id><date_range><begin>1893456000</begin><end>1893542400</end></date_range>"
    b"</report_metadata><policy_published><domain>a.test</domain><p>none</p><pct>100</pct></policy_published><!-- x -->"
    b"<record><row><source_ip>192.0.2.1</source_ip><count>2</count><policy_evaluated><dkim>pass</dkim></policy_evaluated>"
    b"</row><identifiers><header_from>a.test</header_from></identifiers><auth_results><dkim><domain>a.test</domain>"
    b"<result>pass</result></dkim></auth_results></record></feedback>"
)
TLS_REPORT = json.dumps(
    {
        "organization-name": "b",
        "date-range": {"start-datetime": "2030-01-01T00:00:00Z", "end-datetime": "2030-01-01T23:59:59Z"},
        "contact-info": "b@b.test",
        "report-id": "7",
        "policies": [
            {
                "policy": {"policy-type": "sts", "policy-string": ["version: STSv1"], "policy-domain": "a.test"},
                "summary": {"total-successful-session-count": 3, "total-failure-session-count": 1},
                "failure-details": [{"result-type": "certificate-expired", "failed-session-count": 1}],
            }
        ],
    }
).encode()
RTF = (
    rb"{\rtf1\ansi\ansicpg1252\deff0\fromhtml1{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset128 MS;}}"
    rb"{\*\htmltag64 <p>}\htmlrtf {\f1\htmlrtf0 \'83\'81\u12540 ?}\uc2{\*\htmltag72 </p>}\par\bin3 {}x\cell\row}"
)
TNEF = stream(
    attribute(0x00018004, b"Hello\0"),
    attribute(0x00069003, property_list(unicode_property(0x0037, "Hello"), unicode_property(0x8000, "x"))),
    attribute(0x00069002, bytes(14), 2),
    attribute(0x0006800F, b"data", 2),
    attribute(0x00018010, b"x.txt\0", 2),
)


VALUES: Mapping[PropertyType, object] = {
    PropertyType.SYSTIME: datetime(2030, 1, 1, tzinfo=UTC),
    PropertyType.UNICODE: "a",
    PropertyType.STRING8: "a",
    PropertyType.BINARY: b"a",
    PropertyType.MV_LONG: (1, 2),
    PropertyType.MV_UNICODE: ("a", ""),
    PropertyType.MV_BINARY: (b"a", b""),
    PropertyType.RESTRICTION: PidTagSubject.contains("a"),
}


def value_of(kind: PropertyType, value: object, form: WireForm) -> bytes:
    head = bytes((list(PropertyType).index(kind), list(WireForm).index(form)))
    return head + (b"" if is_in_stream(kind) and form is WireForm.MSG else encode_value(kind, value, form))


def compound() -> bytes:
    inner = NewStorage(streams={"small": b"z"})
    return write_compound(NewStorage(streams={"small": b"x" * 100, "large": b"y" * 5_000}, storages={"inner": inner}))


CODECS: Mapping[str, Parser] = {
    "mime": parser(
        mime_cases.job, MULTIPART, BOUNCE, lambda: WINMAIL + tnef.write(letter()), raises=BROKEN, corpus="mime/**/*"
    ),
    "reports": parser(read_reports, BOUNCE, NOTICE, RECEIPT, COMPLAINT, raises=BROKEN, corpus="bounce/**/*"),
    "dmarc-report": parser(
        mime.read_aggregate_report, DMARC, lambda: gzip.compress(DMARC, mtime=0), raises=BROKEN, corpus="report/**/*"
    ),
    "tls-report": parser(mime.read_tls_report, TLS_REPORT, lambda: gzip.compress(TLS_REPORT, mtime=0), raises=BROKEN),
    "header-field": parser(
        read_field,
        b"Mon, 31 Dec 2029 23:00:00 -0500 (EST)",
        b"31-Dec-29 11:00 pm +0100",
        b'"Bob \\"B\\"" <bob@b.test>, friends: c@c.test, (d) "d"@[192.0.2.1];',
        b"=?utf-8*en?q?=C3=84_?= =?iso-2022-jp?b?GyRCJWEbKEI=?= x\r\n\t=?x?q?",
        b'text/plain; charset="utf-8"; name*0*=us-ascii\'en\'%41; name*1="b"; x=(c) y',
    ),
    "body": parser(
        read_body,
        b"quoted-printable utf-8\nH=C3=A9=\r\nllo \r\n> quoted \r\n-- \r\n",
        b"base64 utf-16\nSABlAGwA\r\nbABvAA==\r\n",
        b"x-uuencode iso-2022-jp\nbegin 644 x.txt\r\n#86)C\r\n`\r\nend\r\n",
        b"8bit utf-7\n+AOk-llo",
    ),
    "html": parser(
        read_html,
        b"<html><head><style>p{color:red;background:url(x)}</style><title>t</title></head><body onload=x><p>a&eacute;"
        b"&#233;<a href='http://a.test/'>b</a><table><tr><td>1<td>2</table><ol><li>x<pre> y </pre><blockquote>z<br>"
        b"<!-- c --><img src=cid:p alt=q><script>1<2</script><svg><a xlink:href=javascript:1>",
    ),
    "address": parser(
        read_addresses_of_people,
        b'Ann <ann@a.test>, "Bob, B" <bob@b.test>; FAX:+49 30 123; EX:/o=A/cn=b',
        "Ünal <ü@ü.test>, [FAX:1], <c@[IPv6:::1]>, team: d@d.test;".encode(),
        raises=(InvalidAddress, InjectionRefused),
    ),
    "tnef": parser(tnef_cases.job, TNEF, lambda: tnef.write(letter(**FULL)), raises=BROKEN, corpus="tnef/**/*"),
    "msg": parser(msg_cases.job, lambda: msg.write(letter(**FULL)), raises=BROKEN, corpus="msg/**/*"),
    "compound": parser(compound_cases.job, compound, raises=BROKEN, corpus="msg/**/*"),
    "rtf": parser(rtf_cases.read_rtf, RTF, lambda: rtf.encapsulate_html("<p>é<b>x"), raises=BROKEN),
    "compressed-rtf": parser(
        rtf_cases.read_compressed, lambda: rtf.compress(RTF), lambda: rtf.store(RTF), raises=BROKEN
    ),
    "one-off-entry-id": parser(
        OneOffEntryId.parse,
        bytes(OneOffEntryId("Ann", "SMTP", "ann@a.test")),
        raises=MalformedMessage,
    ),
    "entry-list": parser(read_flat_entry_list, flat_entry_list([b"abc", b"defgh"]), raises=MalformedMessage),
    "property-value": parser(
        read_values,
        *(value_of(kind, value, form) for kind, value in VALUES.items() for form in WireForm if has_form(kind, form)),
        raises=BROKEN,
    ),
    "restriction-on-the-wire": parser(
        decode_restriction,
        b"\0\2\0\x08\x1f\x00\x37\x00\x03\1\0\0\0\x1f\x00\x37\x00\x1f\x00\x37\x00a\0\0\0",
        b"\2\x04\4\x03\x00\x17\x00\x03\x00\x17\x00\1\0\0\0",
        b"\x09\x0d\x00\x12\x0e\x06\0\x03\x00\x17\x00\1\0\0\0",
        raises=BROKEN,
    ),
}
