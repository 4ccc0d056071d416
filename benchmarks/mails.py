"""Mail for the benchmarks, the same in every run: letters as a mailbox has them, letters of a size, and the corpus.

The shapes, sizes and header fields are those of a mailbox of today: trace and authentication fields make up most of the
header, two of three letters carry HTML, and a few have a picture or a document.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import os
import quopri
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import attrs

from .results import NotHere

__all__ = [
    "FOREIGN",
    "FOREIGN_SUBJECTS",
    "LINE",
    "PEOPLE",
    "SUBJECTS",
    "WORDS",
    "attachment_mails",
    "corpus_folder",
    "corpus_mails",
    "mail_with_file",
    "mails_below",
    "sized_mails",
    "small_mails",
]


LINE = b"A line of some seventy characters, as people write them, with its end.\r\n"


def small_mails(count: int = 1_000, seed: int = 20_261_123) -> list[bytes]:
    """Make letters of some 9.3 KB on average, with 1.5 to 3.5 KB of header and CRLF line ends."""
    chance = random.Random(seed)
    shapes, weights = zip(*_SHAPES, strict=True)
    return [_letter(chance, shape(chance)) for shape in chance.choices(shapes, weights, k=count)]


def mails_below(octets: int, count: int) -> list[bytes]:
    """Make small letters of which none is larger: below 9,500 octets they are of 6.5 KB on average."""
    return list(itertools.islice((one for one in small_mails(count * 8 // 5) if len(one) < octets), count))


def sized_mails(octets: int, count: int, first: int = 0) -> list[bytes]:
    """Make plain letters of a size, each with a number of its own from ``first`` on; no line starts with a dot."""
    made: list[bytes] = []
    for number in range(first, first + count):
        header = (
            "From: Ann <ann@a.test>\r\nTo: Bob <bob@b.test>\r\nSubject: A letter of an ordinary size\r\n"
            f"Date: Mon, 5 Jan 2026 12:00:00 +0000\r\nMessage-ID: <{number}@a.test>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
        ).encode()
        made.append(header + LINE * ((octets - len(header)) // len(LINE)))
    return made


def mail_with_file(octets: int) -> bytes:
    """Make a letter of about so many octets, 1,000 or more, nearly all of which are a file in base64."""
    chance = random.Random(octets)
    head, text = sized_mails(0, 1)[0].rstrip().split(b"\r\nContent-Type: ")[0], _entity([], LINE)
    empty = head + b"\r\n" + _multipart(chance, "mixed", [text, _file_part(chance, 0)])
    size = max(0, octets - len(empty)) * 57 // 78  # 57 octets make a line of 76 characters and its end
    return head + b"\r\n" + _multipart(chance, "mixed", [text, _file_part(chance, size)])


def attachment_mails(count: int = 40, seed: int = 20_261_124) -> list[bytes]:
    """Make letters that each carry a file of 0.5 to 5 MB in base64 and a small one: 82 MB for 40 of them."""
    chance = random.Random(seed)
    sizes = [int(362_000 * 10 ** ((number + 0.5) / count)) for number in range(count)]
    chance.shuffle(sizes)
    return [_letter(chance, _mixed(chance, _alternative(chance), [size, 75_000])) for size in sizes]


def corpus_folder() -> Path:
    """Say where the corpus of real messages is: what MSGCORE_CORPUS names, or ``shared/corpus`` beside the checkout.

    Raises:
        NotHere: It is not there.
    """
    folder = Path(os.environ.get("MSGCORE_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus")
    if not folder.is_dir():
        raise NotHere("the corpus of real messages; MSGCORE_CORPUS may name its folder")
    return folder


def corpus_mails() -> list[bytes]:
    """Read the messages of the corpus: some 840 of 3 MB (of the bounces only the copies with LF)."""
    kinds = (corpus_folder() / kind for kind in ("mime", "bounce", "report"))
    found = [path for kind in kinds for path in sorted(kind.rglob("*")) if _is_message(path)]
    return [path.read_bytes() for path in found]


_NO_MESSAGES = frozenset({".xml", ".json", ".out", ".bin", ".md", ".gz", ".zip", ".mbox"})
_LICENCES = ("LICENSE", "NOTICE", "COPYING", "README", "MIT.txt", "Apache-2.0.txt")
_COPIES = frozenset({"dos", "mac"})


def _is_message(path: Path) -> bool:
    if path.suffix in _NO_MESSAGES or path.name.startswith(_LICENCES) or "_decoded" in path.name:
        return False
    return path.is_file() and _COPIES.isdisjoint(path.parts)


# What people write

_TALK = (
    "the report for this week is ready and we would like to hear what you think about prices before Monday please find "
    "our offer attached thanks again for your order best regards meeting moved to the second floor because of rain "
    "customers asked when the new version arrives so the team agreed on a date that everybody could keep"
)
_FOREIGN_TALK = "für och över être señor naïve Größe — “quoted” 10 € привет 会議 déjà"
WORDS, FOREIGN = _TALK.split(), _FOREIGN_TALK.split()
PEOPLE = ["Ann Smith", "Bob", "Åsa Öberg", "José García", "", "Dr. Eve, CTO", "山田太郎", "Mallory O'Brien", "IT Desk"]
_DOMAINS = ["example.com", "mail.example.org", "news.example.net", "corp.example", "gmail.example", "lists.example.org"]
SUBJECTS = ["Report for week {}", "Re: prices, round {}", "Your order #{} has shipped", "[dev] Patch {}: faster reads"]
FOREIGN_SUBJECTS = ["Größe und Preis {}", "会議のお知らせ {}", "Årsmöte {}: dagordning och övriga frågor för året"]
_ZONES = [-8, -5, 0, 1, 2, 9]


def _sentence(chance: random.Random, words: int, foreign: float) -> str:
    return " ".join(chance.choice(FOREIGN if chance.random() < foreign else WORDS) for _ in range(words))


def _lines(chance: random.Random, size: int, foreign: float) -> str:
    """Paragraphs of lines of some seventy characters, ``size`` characters in all."""
    lines: list[str] = []
    while size > 0:
        lines.append("" if chance.random() < 0.15 else _sentence(chance, chance.randint(9, 14), foreign))
        size -= len(lines[-1]) + 2
    return "\r\n".join(lines) + "\r\n"


def _html(chance: random.Random, size: int, foreign: float) -> str:
    rows: list[str] = []
    while size > 0:
        width, tone = chance.randint(100, 600), chance.randrange(1 << 24)
        rows.append(
            f'<tr><td width="{width}" style="padding:0 12px;font-family:Arial,Helvetica;color:#{tone:06x}">'
            f'<a href="https://{chance.choice(_DOMAINS)}/c?u={chance.randrange(1 << 60):x}&amp;e={width}">'
            f"{_sentence(chance, 10, foreign)}</a>&nbsp;</td></tr>"
        )
        size -= len(rows[-1]) + 2
    head = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>\r\n<body><table>\r\n'
    return head + "\r\n".join(rows) + "\r\n</table></body></html>\r\n"


def _size(chance: random.Random, middle: int) -> int:
    """Most sizes lie near the middle, and a few are several times as large."""
    return int(middle * min(chance.lognormvariate(-0.19, 0.6), 5.0))


# Parts: the fields that describe the content, a blank line, the content


def _entity(fields: Sequence[str], body: bytes) -> bytes:
    return "".join(f"{field}\r\n" for field in fields).encode() + b"\r\n" + body


def _quoted_printable(text: str) -> bytes:
    return quopri.encodestring(text.replace("\r\n", "\n").encode()).replace(b"\n", b"\r\n")


def _base64_lines(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _text_part(chance: random.Random, kind: str, text: str) -> bytes:
    if text.isascii() and chance.random() < 0.5:
        return _entity(
            [f"Content-Type: text/{kind}; charset=us-ascii", "Content-Transfer-Encoding: 7bit"], text.encode()
        )
    fields = [f'Content-Type: text/{kind}; charset="utf-8"', "Content-Transfer-Encoding: quoted-printable"]
    if chance.random() < 0.8:
        return _entity(fields, _quoted_printable(text))
    return _entity([fields[0], "Content-Transfer-Encoding: base64"], _base64_lines(text.encode()))


def _multipart(chance: random.Random, subtype: str, parts: Sequence[bytes]) -> bytes:
    mark = b"----=_Part_%d_%d.%d" % (chance.randrange(10**6), chance.randrange(10**9), 1_700_000_000_000)
    inside = b"".join(b"--%b\r\n%b\r\n" % (mark, part) for part in parts)
    return _entity(
        [f'Content-Type: multipart/{subtype};\r\n\tboundary="{mark.decode()}"'], inside + b"--%b--\r\n" % mark
    )


def _file_part(chance: random.Random, size: int) -> bytes:
    kind, name = chance.choice(
        [("application/pdf", "scan {}.pdf"), ("image/jpeg", "IMG_{}.jpg"), ("application/zip", "Räkning {}.zip")]
    )
    name = name.format(chance.randint(1, 9999))
    asked = (
        f'filename="{name}"'
        if name.isascii()
        else "filename*=utf-8''" + name.replace("ä", "%C3%A4").replace(" ", "%20")
    )
    fields = [
        f'Content-Type: {kind}; name="{_words(name)}"',
        f"Content-Disposition: attachment;\r\n\t{asked}; size={size}",
        "Content-Transfer-Encoding: base64",
        f"X-Attachment-Id: f_{chance.randrange(1 << 40):x}",
    ]
    return _entity(fields, _base64_lines(chance.randbytes(size)))


def _picture_part(chance: random.Random, name: str) -> bytes:
    fields = [
        f'Content-Type: image/png; name="{name}.png"',
        f'Content-Disposition: inline; filename="{name}.png"',
        f"Content-ID: <{name}@{chance.choice(_DOMAINS)}>",
        "Content-Transfer-Encoding: base64",
    ]
    return _entity(fields, _base64_lines(chance.randbytes(_size(chance, 3_000))))


# Shapes of letters, and how many of a hundred have each


def _plain(chance: random.Random) -> bytes:
    return _text_part(chance, "plain", _lines(chance, _size(chance, 2_600), chance.choice([0, 0, 0.05])))


def _html_only(chance: random.Random) -> bytes:
    return _text_part(chance, "html", _html(chance, _size(chance, 8_000), 0.02))


def _alternative(chance: random.Random) -> bytes:
    foreign = chance.choice([0, 0.04])
    plain = _text_part(chance, "plain", _lines(chance, _size(chance, 1_300), foreign))
    html = _text_part(chance, "html", _html(chance, _size(chance, 4_300), foreign))
    return _multipart(chance, "alternative", [plain, html])


def _related(chance: random.Random) -> bytes:
    html = _html(chance, 2_000, 0.02).replace("<table>", '<img src="cid:logo@example.com"><table>')
    return _multipart(chance, "related", [_text_part(chance, "html", html), _picture_part(chance, "logo")])


def _mixed(chance: random.Random, body: bytes, sizes: Sequence[int]) -> bytes:
    return _multipart(chance, "mixed", [body, *(_file_part(chance, size) for size in sizes)])


def _with_files(chance: random.Random) -> bytes:
    body = chance.choice([_plain, _alternative, _related])(chance)
    return _mixed(chance, body, [_size(chance, 5_000) for _ in range(chance.choice([1, 1, 2]))])


_SHAPES: Sequence[tuple[Callable[[random.Random], bytes], int]] = (
    (_plain, 33),
    (_html_only, 9),
    (_alternative, 43),
    (_related, 4),
    (_with_files, 11),
)


# The header


@attrs.frozen
class _Facts:
    """What several fields of one header say."""

    chance: random.Random
    sent: datetime
    sender: tuple[str, str]
    message_id: str


def _letter(chance: random.Random, content: bytes) -> bytes:
    """Put the header of a letter before the content, whose first lines are fields, too."""
    zone = timezone(timedelta(hours=chance.choice(_ZONES)))
    sent = datetime.fromtimestamp(1_790_000_000 + chance.randrange(10**7), zone)
    domain = chance.choice(_DOMAINS)
    identity = f"<{chance.randrange(1 << 80):x}.{sent:%Y%m%d%H%M%S}@{domain}>"
    name = chance.choice(PEOPLE)
    facts = _Facts(chance, sent, (name, f"{chance.choice(WORDS)}.{chance.choice(WORDS)}@{domain}"), identity)
    fields = [*_trace(facts), *_seals(facts), *_signatures(facts), *_own(facts), *_thread(facts), *_list(facts)]
    return "".join(f"{field}\r\n" for field in [*fields, *_extras(facts), "MIME-Version: 1.0"]).encode() + content


def _words(text: str) -> str:
    """Encode what is not ASCII as encoded words, several when one would be too long."""
    if text.isascii():
        return text
    pieces = [text[start : start + 12] for start in range(0, len(text), 12)]
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(piece.encode()).decode()}?=" for piece in pieces)


def _person(chance: random.Random) -> str:
    return _mailbox(chance.choice(PEOPLE), f"{chance.choice(WORDS)}{chance.randint(1, 999)}@{chance.choice(_DOMAINS)}")


def _mailbox(name: str, address: str) -> str:
    if not name:
        return address
    return f'"{name}" <{address}>' if "," in name or "." in name else f"{_words(name)} <{address}>"


def _token(chance: random.Random, octets: int) -> str:
    return binascii.b2a_base64(chance.randbytes(octets), newline=False).decode()


def _folded_token(chance: random.Random, octets: int) -> str:
    whole = _token(chance, octets)
    return "\r\n         ".join(whole[start : start + 64] for start in range(0, len(whole), 64))


def _trace(facts: _Facts) -> list[str]:
    chance = facts.chance
    fields = [f"Delivered-To: {chance.choice(WORDS)}@example.com"]
    at = facts.sent + timedelta(seconds=9)
    for hop in range(chance.randint(2, 4)):
        host = f"mx{hop}.{chance.choice(_DOMAINS)}"
        at -= timedelta(seconds=2)
        fields.append(
            f"Received: from {host} (mail-{hop}.{host} [192.0.2.{chance.randint(1, 254)}])\r\n"
            f"        by relay{hop}.example.com (Postfix) with ESMTPS id {chance.randrange(1 << 50):X}\r\n"
            f"        for <ann@example.com>\r\n        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\r\n"
            f"        {format_datetime(at)}"
        )
    return [*fields, f"Return-Path: <bounces+{chance.randrange(10**7)}-ann=example.com@{chance.choice(_DOMAINS)}>"]


def _seals(facts: _Facts) -> list[str]:
    chance, domain = facts.chance, _domain(facts)
    if chance.random() > 0.3:
        return []
    return [
        f"ARC-Seal: i=1; a=rsa-sha256; t={int(facts.sent.timestamp())}; cv=none;\r\n        d=example.com;"
        f" s=arc-20240605;\r\n        b={_folded_token(chance, 128)}",
        f"ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=arc-20240605;\r\n"
        f"        h=to:subject:message-id:date:from:mime-version;\r\n        bh={_token(chance, 32)};\r\n"
        f"        b={_folded_token(chance, 128)}",
        f"ARC-Authentication-Results: i=1; mx.example.com;\r\n       dkim=pass header.i=@{domain} header.s=s1"
        f" header.b={_token(chance, 6)};\r\n       spf=pass smtp.mailfrom={facts.sender[1]}",
    ]


def _domain(facts: _Facts) -> str:
    return facts.sender[1].partition("@")[2]


def _signatures(facts: _Facts) -> list[str]:
    chance, domain = facts.chance, _domain(facts)
    return [
        f"Received-SPF: pass (example.com: domain of {facts.sender[1]} designates 192.0.2.7 as permitted sender)\r\n"
        f"        client-ip=192.0.2.7;",
        f"Authentication-Results: mx.example.com;\r\n       dkim=pass header.i=@{domain} header.s=s1;"
        f"\r\n       spf=pass smtp.mailfrom={facts.sender[1]};"
        f"\r\n       dmarc=pass (p=REJECT dis=NONE) header.from={domain}",
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s1;\r\n"
        f"        t={int(facts.sent.timestamp())}; h=From:To:Subject:Date:Message-ID:MIME-Version;"
        f"\r\n        bh={_token(chance, 32)};\r\n"
        f"        b={_folded_token(chance, chance.choice([128, 128, 256]))}",
    ]


def _own(facts: _Facts) -> list[str]:
    chance = facts.chance
    subjects = FOREIGN_SUBJECTS if chance.random() < 0.2 else SUBJECTS
    crowd = chance.choices([1, 2, 5, 12], [75, 12, 9, 4])[0]
    fields = [
        f"From: {_mailbox(*facts.sender)}",
        "To: " + ",\r\n\t".join(_person(chance) for _ in range(crowd)),
        f"Subject: {_words(chance.choice(subjects).format(chance.randint(1, 99_999)))}",
        f"Date: {format_datetime(facts.sent)}",
        f"Message-ID: {facts.message_id}",
    ]
    if chance.random() < 0.2:
        fields.append("Cc: " + ", ".join(_person(chance) for _ in range(2)))
    return [*fields, f"Reply-To: {facts.sender[1]}"] if chance.random() < 0.3 else fields


def _thread(facts: _Facts) -> list[str]:
    chance = facts.chance
    if chance.random() > 0.4:
        return []
    ids = [f"<{chance.randrange(1 << 80):x}@{chance.choice(_DOMAINS)}>" for _ in range(chance.randint(1, 6))]
    fields = ["References: " + "\r\n ".join(ids), f"In-Reply-To: {ids[-1]}"]
    if chance.random() < 0.5:
        fields += [f"Thread-Topic: {_sentence(chance, 4, 0)}", f"Thread-Index: {_token(chance, 27)}"]
    return fields


def _list(facts: _Facts) -> list[str]:
    chance = facts.chance
    if chance.random() > 0.35:
        return []
    name = chance.choice(WORDS)
    return [
        f"List-Id: <{name}.lists.example.org>",
        f"List-Unsubscribe: <mailto:{name}-leave@lists.example.org>,\r\n"
        f" <https://lists.example.org/u/{_token(chance, 24)}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Precedence: list",
    ]


def _extras(facts: _Facts) -> list[str]:
    chance = facts.chance
    names = ["Mailer", "Originating-IP", "Spam-Status", "Feedback-ID", "MS-Has-Attach", "Entity-ID", "Priority"]
    return [f"X-{name}: {_token(chance, chance.randint(6, 30))}" for name in names if chance.random() < 0.45]
