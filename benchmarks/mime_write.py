"""What it costs to compose and write messages: python -m benchmarks.mime_write [--quick]

Every case takes the same letters (plain values) to octets: it makes the library's message and writes it. The limit only
encodes bodies and attachments with the C functions of the standard library, and joins them with headers made before.
nodemailer runs when ``node`` is on the PATH and NODE_PATH names a folder that has the package.
"""

from __future__ import annotations

import base64
import binascii
import email.message
import email.mime.application
import email.mime.multipart
import email.mime.text
import email.policy
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from email.header import Header
from email.utils import formataddr
from pathlib import Path

from msgcore import Message
from msgcore.codecs import mime
from msgcore.codecs.mime.syntax.transfer import base64_engine
from msgcore.model import Address, Attachment

from .harness import Goals, compare_cases, run_by_hand, speed_table
from .letters import Letter, attachment_letters, small_letters
from .results import NotHere, Table

LIMIT, MSGCORE = "limit: encode and join", "msgcore"
GOALS: Mapping[str, Goals] = {
    "small": {"EmailMessage": (19, 12), "email.mime": (5, 5), "nodemailer": (4, 4), LIMIT: (0.4, 0.3)},
    "attach": {"EmailMessage": (16, 12), "nodemailer": (2.5, 2.5), LIMIT: (0.6, 0.5)},
}
"""How many times as fast as each case msgcore should be: the goal, and what every run must hold."""


# The libraries


def with_msgcore(letter: Letter) -> bytes:
    return _write(letter, _shown(letter.sender), [_shown(person) for person in letter.to])


def with_msgcore_addresses(letter: Letter) -> bytes:
    """The same, given addresses that need not be read from text."""
    sender, *to = (Address("SMTP", address, name) for name, address in (letter.sender, *letter.to))
    return _write(letter, sender, to)


def _write(letter: Letter, sender: str | Address, to: Sequence[str | Address]) -> bytes:
    files = [Attachment(file.data, filename=file.name, content_type=file.content_type) for file in letter.files]
    message = Message(
        from_=sender, to=to, subject=letter.subject, text=letter.text, html=letter.html, attachments=files
    )
    return mime.write(message)


def _shown(person: tuple[str, str]) -> str:
    name, address = person
    shown = f'"{name}"' if set(name) & set('()<>[]:;@\\,."') else name
    return f"{shown} <{address}>" if name else address


def with_email_message(letter: Letter) -> bytes:
    message = email.message.EmailMessage(email.policy.SMTP)
    message["From"] = _shown(letter.sender)
    message["To"] = ", ".join(map(_shown, letter.to))
    message["Subject"] = letter.subject
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    for file in letter.files:
        kind, _, subtype = file.content_type.partition("/")
        message.add_attachment(file.data, maintype=kind, subtype=subtype, filename=file.name)
    return message.as_bytes()


def with_email_mime(letter: Letter) -> bytes:
    root: email.message.Message = email.mime.text.MIMEText(letter.text, "plain", _charset(letter.text))
    if letter.html is not None:
        html = email.mime.text.MIMEText(letter.html, "html", _charset(letter.html))
        root = email.mime.multipart.MIMEMultipart("alternative", _subparts=[root, html])
    if letter.files:
        root = email.mime.multipart.MIMEMultipart("mixed", _subparts=[root])
    for file in letter.files:
        subtype = file.content_type.partition("/")[2]
        part = email.mime.application.MIMEApplication(file.data, subtype)
        name = file.name if file.name.isascii() else ("utf-8", "", file.name)
        part.add_header("Content-Disposition", "attachment", filename=name)
        root.attach(part)
    root["From"] = formataddr(letter.sender)
    root["To"] = ", ".join(map(formataddr, letter.to))
    root["Subject"] = Header(letter.subject, _charset(letter.subject)).encode()
    return root.as_bytes(policy=email.policy.compat32.clone(linesep="\r\n"))


def _charset(text: str) -> str:
    return "us-ascii" if text.isascii() else "utf-8"


def limit_of(letter: Letter) -> Callable[[], bytes]:
    """Make the header before; what is left to do is to encode and to join."""
    header = (
        b"".join(
            f"{name}: {value}\r\n".encode()
            for name, value in [("From", _shown(letter.sender)), ("Subject", letter.subject)]
        )
        + b"To: %b\r\n\r\n" % ", ".join(map(_shown, letter.to)).encode()
    )
    part_header = (
        b"\r\n--=_0123456789\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: x\r\n\r\n"
    )

    def encode_and_join() -> bytes:
        pieces = [header, part_header, _encoded(letter.text)]
        if letter.html is not None:
            pieces += [part_header, _encoded(letter.html)]
        for file in letter.files:
            pieces += [part_header, binascii.b2a_base64(file.data, newline=False)]
        return b"".join(pieces)

    return encode_and_join


def _encoded(text: str) -> bytes:
    octets = text.encode()
    return octets if octets.isascii() else binascii.b2a_qp(octets)


# nodemailer: a round for each line that it is sent

_NODE_SCRIPT = """
const MailComposer = require("nodemailer/lib/mail-composer");
const letters = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).map((letter) => ({
  ...letter,
  attachments: letter.attachments.map((one) => ({ ...one, content: Buffer.from(one.content, "base64") })),
}));
const round = async () => {
  let octets = 0;
  for (const letter of letters) octets += (await new MailComposer(letter).compile().build()).length;
  return octets;
};
require("readline").createInterface({ input: process.stdin }).on("line", async () => console.log(await round()));
console.log("ready");
"""


def nodemailer(letters: Sequence[Letter], stack: ExitStack) -> Callable[[], object]:
    """Start Node with the letters in its memory.

    Raises:
        NotHere: Node or the package is not.
    """
    node = shutil.which("node")
    if node is None:
        raise NotHere("Node.js; apt-get install nodejs npm")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    (folder / "letters.json").write_text(json.dumps([_as_json(letter) for letter in letters]))
    child = stack.enter_context(
        subprocess.Popen(
            [node, "-e", _NODE_SCRIPT, str(folder / "letters.json")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    )
    stdin, stdout = child.stdin, child.stdout
    assert stdin is not None
    assert stdout is not None
    if stdout.readline() != "ready\n":
        raise NotHere("npm install nodemailer, with its node_modules in NODE_PATH")

    def one_round() -> None:
        print(file=stdin, flush=True)
        assert int(stdout.readline()) > 0

    return one_round


def _as_json(letter: Letter) -> dict[str, object]:
    def person(one: tuple[str, str]) -> dict[str, str]:
        return {"name": one[0], "address": one[1]}

    return {
        "from": person(letter.sender),
        "to": [person(one) for one in letter.to],
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "attachments": [
            {"filename": f.name, "contentType": f.content_type, "content": base64.b64encode(f.data).decode()}
            for f in letter.files
        ],
    }


# The run


def compare(title: str, letters: Sequence[Letter], rounds: int) -> Table:
    def each(write: Callable[[Letter], bytes]) -> Callable[[], object]:
        return lambda: [len(write(letter)) for letter in letters]

    limits = [limit_of(letter) for letter in letters]
    cases: dict[str, Callable[[], object]] = {
        LIMIT: lambda: [len(limit()) for limit in limits],
        MSGCORE: each(with_msgcore),
        f"{MSGCORE}, given Address values": each(with_msgcore_addresses),
        "EmailMessage": each(with_email_message),
        "email.mime": each(with_email_mime),
    }
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        try:
            cases["nodemailer"] = nodemailer(letters, stack)
        except NotHere as error:
            missing["nodemailer"] = str(error)
        results = compare_cases(cases, LIMIT, rounds, count=len(letters))
    size = sum(len(with_msgcore(letter)) for letter in letters) / 1e6
    about = f"{len(letters):,} messages, {size:.1f} MB, base64 by {base64_engine}"
    goals = {MSGCORE: GOALS[title]}
    return speed_table(title, results, "messages", about=about, goals=goals, megabytes=size, missing=missing)


def check_alike(letters: Sequence[Letter]) -> None:
    """Nobody wins by doing less: what msgcore wrote reads back, with the standard library, as the letter."""
    for letter in letters:
        parsed = email.message_from_bytes(with_msgcore(letter), policy=email.policy.default)
        assert isinstance(parsed, email.message.EmailMessage)
        assert parsed["Subject"] == letter.subject
        assert [one.addr_spec for one in parsed["To"].addresses] == [address for _, address in letter.to]
        body = parsed.get_body(("plain",))
        assert body is not None
        assert body.get_content().replace("\r\n", "\n") == letter.text
        files = [(part.get_filename(), part.get_content()) for part in parsed.iter_attachments()]
        assert files == [(file.name, file.data) for file in letter.files]


def measure(is_quick: bool) -> Iterator[Table]:
    small = small_letters(100 if is_quick else 1_000)
    check_alike(small)
    rounds = 2 if is_quick else 7
    yield compare("small", small, rounds)
    yield compare("attach", attachment_letters(6_000_000 if is_quick else 56_000_000), rounds)


if __name__ == "__main__":
    run_by_hand(measure)
