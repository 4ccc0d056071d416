"""What MIME can carry, as hypothesis strategies."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from msgcore.model import Address, Attachment, Importance, Message, Sensitivity

# CR, LF and NUL are refused everywhere; all else may stand in a header.
header_texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=60)
long_header_texts = st.one_of(
    header_texts,
    st.text(st.sampled_from(' \t=?_"<>,;:@()[]\\éあ😀.a'), max_size=300),
    st.integers(0, 2_000).map(lambda size: "x" * size),
    st.integers(0, 400).map(lambda size: "å " * size),
)
# A CR before CRLF is where no two programs agree.
body_texts = st.text(max_size=200).filter(lambda text: "\r\r\n" not in text)
media_types = st.sampled_from(["application/octet-stream", "text/plain", "text/x-patch", "image/png", "message/x-own"])

_atoms = st.text("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=20)
_domains = st.sampled_from(["a.test", "b.c.test", "ö.test"])
smtp_addresses = st.tuples(_atoms, _domains).map("@".join)
any_addresses = st.builds(
    Address,
    st.sampled_from(["SMTP", "FAX", "X400", "MS", "X-OWN"]),
    st.one_of(smtp_addresses, header_texts.filter(bool)),
    long_header_texts,
)
bare_names = st.builds(Address, st.just(""), st.just(""), long_header_texts.filter(lambda name: bool(name.strip())))


def _in_zone(moment: datetime, minutes: int) -> datetime:
    """An application sets any moment; a Date field holds whole seconds."""
    return moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))


moments = st.builds(_in_zone, st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1)), st.integers(-14 * 60, 14 * 60))
own_headers = st.lists(
    st.tuples(st.text("abcXYZ-", min_size=1, max_size=12).map(lambda name: f"X-{name}-Own"), long_header_texts),
    max_size=3,
    unique_by=lambda pair: pair[0].lower(),
)


@st.composite
def attachments(draw: st.DrawFn, depth: int) -> Attachment:
    filename = draw(st.none() | long_header_texts)
    content_id = draw(st.none() | header_texts.filter(lambda text: text.strip("<>") == text and bool(text)))
    if depth and draw(st.booleans()):
        return Attachment(draw(messages(depth - 1)), filename=filename, content_id=content_id)
    return Attachment(
        draw(st.binary(max_size=200)),
        filename=filename,
        content_type=draw(media_types),
        content_id=content_id,
        is_inline=draw(st.booleans()),
    )


@st.composite
def messages(draw: st.DrawFn, depth: int = 2) -> Message:
    """A message of any shape; pictures that the HTML shows come first, as they do after reading."""
    pictures = [
        Attachment(draw(st.binary(max_size=50)), content_type="image/png", content_id=f"p{number}@x", is_inline=True)
        for number in range(draw(st.integers(0, 2)))
    ]
    html = draw(st.none() | body_texts)
    if pictures:
        html = (html or "") + "".join(f"<img src='cid:{picture.content_id}'>" for picture in pictures)
    others = draw(st.lists(attachments(depth), max_size=2))
    return Message(
        from_=draw(st.none() | any_addresses),
        sender=draw(st.none() | any_addresses),
        to=draw(st.lists(any_addresses | bare_names, max_size=3)),
        cc=draw(st.lists(any_addresses, max_size=2)),
        bcc=draw(st.lists(any_addresses, max_size=2)),
        reply_to=draw(st.lists(any_addresses, max_size=2)),
        subject=draw(st.none() | long_header_texts),
        text=draw(st.none() | body_texts),
        html=html,
        attachments=[*pictures, *others],
        headers=draw(own_headers),
        importance=draw(st.none() | st.sampled_from(Importance)),
        sensitivity=draw(st.none() | st.sampled_from(Sensitivity)),
        message_id=draw(st.none() | header_texts),
        date=draw(st.none() | moments),
        in_reply_to=draw(st.none() | header_texts),
        references=draw(st.none() | long_header_texts),
    )


# Octets that look like mail, broken in any way
_lines = st.sampled_from(
    [
        b"From: a@b",
        b"Subject: =?utf-8?q?a_=C3=A5?=",
        b"Content-Type: multipart/mixed; boundary=b",
        b"--b",
        b"--b--",
        b"Content-Type: message/rfc822",
        b"Content-Type: text/html; charset=x",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"",
        b" folded",
        b"=",
        b"AAAA=",
        b'To: "a" <b@c>, (d',
        b"\xff",
        b"Content-Disposition: attachment; filename*0*=utf-8''%c3; filename*1*=%a5",
        b"Date: Tue, 1 Jul 2003 10:52:37 +0200",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        b"Final-Recipient: rfc822; a@b",
        b"Content-Type: message/delivery-status",
        b"Received: x; 1 Jul 2003 10:52:37",
        b"Bcc: c@d",
        b"X-Own: v",
        b"Content-Type: multipart/signed; boundary=b",
        b"\0",
        b"x" * 1_200,
        b"Action: failed",
        b"From a Mon Jan",
    ]
)
mail_like_octets = st.lists(
    st.tuples(_lines, st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\n"])).map(b"".join), max_size=25
).map(b"".join)
any_octets = st.one_of(mail_like_octets, st.binary(max_size=400))

EPOCH = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
