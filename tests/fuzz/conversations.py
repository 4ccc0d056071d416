"""Parsers of what the other end of a connection says: sessions of both sides, in memory.

In the octets of a conversation 0x1E, which seeds write as a line of two hyphens, ends what is said at once: the rest
waits until the other end has said something.
A server's octets may name the tag of the last command, as ``{tag}``.
"""

from __future__ import annotations

import contextlib
from base64 import b64encode
from collections.abc import Callable, Coroutine, Mapping

import attrs

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused, MalformedMessage, MsgcoreError, ProtocolBroken
from msgcore.model import Address, Envelope, Recipient
from msgcore.model.wire_form import WireForm
from msgcore.mta.nexthop.https import HttpsClient
from msgcore.runtime import Endpoint, Runtime, run
from msgcore.runtime.dns import DnsAnswer, DnsKind
from msgcore.runtime.network_path import NetworkPath, Proxy
from msgcore.runtime.proxy import through
from msgcore.testing.scripted import ScriptedRuntime
from msgcore.wire.imap import ImapServer, SearchCriteria
from msgcore.wire.imap import open_session as open_imap
from msgcore.wire.pop3 import Pop3Server
from msgcore.wire.pop3 import open_session as open_pop3
from msgcore.wire.sasl import Dialogue, Passwords
from msgcore.wire.sasl.cram_md5 import CramMd5
from msgcore.wire.sasl.scram import Scram
from msgcore.wire.smtp.link import SmtpLink, SmtpServer
from msgcore.wire.smtp.reply import take_reply
from msgcore.wire.smtp.server import EVERY_EXTENSION
from msgcore.wire.smtp.server import serve_session as serve_smtp
from tests.fuzz.parser import Parser, lines, parser
from tests.wire.imap.reading import read as read_responses
from tests.wire.imap.server import talk as imap_talk
from tests.wire.pop3 import test_server as pop3_talk
from tests.wire.test_server import SETTINGS, TLS, Keeper, Talker

__all__ = ["CONVERSATIONS"]

NEXT = b"\x1e"
PASSWORD = Secret("pa ss")
USERS = Passwords({"ann": PASSWORD}, tokens={"t": "ann"}, external="ann")
TALK = attrs.evolve(SETTINGS, offers=EVERY_EXTENSION, authenticator=USERS, max_message_octets=100_000)
ENVELOPE = Envelope(Address("SMTP", "ann@a.test"), (Recipient(Address("SMTP", "bob@b.test")),))


def talk(text: str) -> bytes:
    return lines(text).replace(b"--\r\n", NEXT)


class Says:
    """A server that says one part after the other, whatever it hears, and hangs up."""

    def __init__(self, octets: bytes) -> None:
        self._parts = octets.split(NEXT)
        self.is_closed = False

    def greet(self) -> bytes:
        return self._said(b"")

    def react(self, octets: bytes) -> bytes:
        *_, last = octets.rstrip(b"\r\n").split(b"\n")
        return self._said(last.partition(b" ")[0])

    def _said(self, tag: bytes) -> bytes:
        said = self._parts.pop(0) if self._parts else b""
        self.is_closed = not self._parts
        return said.replace(b"{tag}", tag)


def client(use: Callable[[Runtime], Coroutine[object, object, object]]) -> Callable[[bytes], None]:
    def read(octets: bytes) -> None:
        runtime = ScriptedRuntime([Says(octets)])
        runtime.run(use(runtime))

    return read


async def send(runtime: Runtime) -> None:
    server = SmtpServer(Endpoint("mx.b.test", 25, "smtp"), user="ann", password=PASSWORD, allow_cleartext_login=True)
    link = SmtpLink(runtime, server)
    await link.transmit(ENVELOPE, lambda _: WireForm(b"Subject: x\r\n\r\nHello\r\n"), runtime.deadline(60))
    await link.close()


async def retrieve(runtime: Runtime) -> None:
    server = Pop3Server(Endpoint("pop.b.test", 110, "pop3"), user="ann", password=PASSWORD, allow_cleartext_login=True)
    session = await open_pop3(runtime, server, runtime.deadline(60))
    try:
        listing = await session.listing()
        await session.tops(listing.numbers[:2])
        await session.retrieve(listing.numbers[:2])
        await session.delete(listing.numbers[:2])
        await session.quit()
    finally:
        session.abort()


async def fetch(runtime: Runtime) -> None:
    server = ImapServer(Endpoint("imap.b.test", 143, "imap"), user="ann", password=PASSWORD, allow_cleartext_login=True)
    session = await open_imap(runtime, server, runtime.deadline(60))
    try:
        await session.list()
        await session.select(b"INBOX")
        await session.search(SearchCriteria())
        await session.thread("REFERENCES", SearchCriteria())
        fetching = await session.fetch(None, ["FLAGS", "ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[]"])
        while await fetching.next():
            pass
        await session.logout()
    finally:
        session.abort()


def smtp_server(octets: bytes) -> None:
    run(serve_smtp(Talker(*octets.split(NEXT), tls=TLS), Keeper(), TALK))


def pop3_server(octets: bytes) -> None:
    pop3_talk.heard(*octets.split(NEXT))


def imap_server(octets: bytes) -> None:
    imap_talk.hear(*octets.split(NEXT), account=imap_talk.account_with(imap_talk.LETTER, imap_talk.FORWARD))


def smtp_replies(octets: bytes) -> None:
    buffer = bytearray(octets)
    while (reply := take_reply(buffer)) is not None:
        assert "\n" not in str(reply)


def exchange(octets: bytes) -> None:
    """The first line names a mechanism, and each other one is what the client says."""
    name, *said = octets.split(b"\n")
    mechanism = name.decode("latin-1").upper()
    if mechanism in USERS.mechanisms(is_private=True):
        held = USERS.begin(mechanism, None)
        for response in said:
            held.step(response)


def challenges(octets: bytes) -> None:
    """Each line is a challenge, in base64 where it is no printable text."""
    for mechanism in (Scram("SCRAM-SHA-256", "ann", PASSWORD, nonce="n"), CramMd5("ann", PASSWORD)):
        dialogue = Dialogue(mechanism)
        dialogue.initial(100)
        with contextlib.suppress(AuthenticationRefused):
            for challenge in octets.split(b"\n"):
                dialogue.answer(challenge.decode("latin-1"))


class Everywhere:
    """A resolver whose names are all at one address."""

    async def ask(self, name: str, kind: DnsKind, deadline: object) -> DnsAnswer:
        return DnsAnswer(name, kind, ("192.0.2.1",) if kind is DnsKind.A else (), True, False, name, 60)


async def ask_https(runtime: Runtime) -> None:
    client = HttpsClient(runtime, Everywhere())  # type: ignore[arg-type]  # all that is asked of one
    await client.get("https://mta-sts.a.test/.well-known/mta-sts.txt", runtime.deadline(60))


class Proxied(Talker):
    """A connection to a proxy, which says its parts."""

    def give_back(self, octets: bytes) -> None:
        """Nobody reads on."""


def proxy(url: str) -> Callable[[bytes], None]:
    path = NetworkPath(proxy=Proxy.parse(url))

    def read(octets: bytes) -> None:
        run(through(Proxied(*octets.split(NEXT)), path))

    return read


SMTP_SERVER = talk("""\
220 mx.b.test ESMTP
--
250-mx.b.test
250-PIPELINING
250-SIZE 1000
250-8BITMIME
250-AUTH PLAIN
250 ENHANCEDSTATUSCODES
--
235 2.7.0 ok
--
250 2.1.0 ok
250 2.1.5 ok
354 go
--
250-2.0.0 taken
250 2.0.0 as 7
--
221 2.0.0 bye
""")
POP3_SERVER = talk("""\
+OK ready <1.2@b.test>
--
+OK
TOP
UIDL
USER
PIPELINING
SASL CRAM-MD5
LOGIN-DELAY 5
RESP-CODES
.
--
+ PDEuMkBiLnRlc3Q+
--
+OK
--
+OK
TOP
UIDL
PIPELINING
.
--
+OK 2 90
+OK
1 30
2 60
.
+OK
1 a
2 b
.
--
+OK
Subject: 1

.
-ERR [SYS/TEMP] no
--
+OK
Subject: 1

..
.
+OK
x
.
--
+OK
+OK
--
+OK bye
""")
IMAP_SERVER = talk("""\
* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN ESEARCH THREAD=REFERENCES UIDPLUS CONDSTORE] ready
--
{tag} OK [CAPABILITY IMAP4rev1 LITERAL+ ESEARCH THREAD=REFERENCES LIST-STATUS] in
--
* LIST (\\HasNoChildren) "/" INBOX
* LIST (\\Noselect) NIL {3}
a&-
{tag} OK listed
--
* 2 EXISTS
* FLAGS (\\Seen x)
* OK [UIDVALIDITY 7] x
* OK [UIDNEXT 9] x
{tag} OK [READ-WRITE] x
--
* ESEARCH (TAG "{tag}") UID ALL 3:4,8
{tag} OK found
--
* THREAD (3 (4)(8))
{tag} OK threads
--
* 1 FETCH (UID 3 FLAGS (\\Seen) ENVELOPE \
("Mon, 31 Dec 2029 23:00:00 -0500" "x" (("Ann" NIL "ann" "a.test")) NIL NIL NIL NIL NIL NIL "<1@a.test>") \
BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 5 1)\
("text" "html" NIL NIL NIL "base64" 9 2) "alternative" ("boundary" "b") NIL NIL) BODY[] {5}
Hello)
* VANISHED 8
* 2 EXPUNGE
{tag} OK fetched
--
* BYE bye
{tag} OK out
""")
RESPONSES = IMAP_SERVER.replace(NEXT, b"").replace(b"{tag}", b"A1")

CONVERSATIONS: Mapping[str, Parser] = {
    "smtp-reply": parser(smtp_replies, SMTP_SERVER.replace(NEXT, b""), raises=ProtocolBroken),
    "smtp-client": parser(client(send), SMTP_SERVER, raises=MsgcoreError),
    "smtp-server": parser(
        smtp_server,
        talk("""\
EHLO [192.0.2.1]
MAIL FROM:<ann@a.test> SIZE=9 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x+2B
RCPT TO:<@c.test:"b b"@b.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+2B
DATA
--
Subject: x

..
.
RSET
NOOP x
VRFY ann
HELP
QUIT
"""),
        talk("""\
EHLO a
AUTH PLAIN AGFubgBwYSBzcw==
--
AUTH LOGIN
--
YW5u
--
cGEgc3M=
--
MAIL FROM:<> HOLDFOR=60 MT-PRIORITY=3 REQUIRETLS BY=120;R AUTH=<>
RCPT TO:<postmaster>
BDAT 5
HelloBDAT 0 LAST
QUIT
"""),
        b"HELO a\r\nSTARTTLS\r\n\x1eGET / HTTP/1.1\r\n\r\n",
    ),
    "pop3-client": parser(client(retrieve), POP3_SERVER, raises=MsgcoreError),
    "pop3-server": parser(
        pop3_server,
        talk("""\
CAPA
USER ann
PASS pa ss
STAT
LIST
LIST 1
UIDL 2
TOP 2 1
RETR 2
DELE 1
RSET
NOOP
UTF8
LANG *
QUIT
"""),
        b"AUTH PLAIN\r\n\x1eAGFubgBwYSBzcw==\r\n\x1eSTLS\r\nAPOP ann 0123456789abcdef0123456789abcdef\r\n",
    ),
    "imap-responses": parser(read_responses, RESPONSES, raises=ProtocolBroken),
    "imap-client": parser(client(fetch), IMAP_SERVER, raises=MsgcoreError),
    "imap-server": parser(
        imap_server,
        imap_talk.LOGIN
        + talk("""\
a SELECT INBOX
b UID FETCH 1:* (FLAGS ENVELOPE BODY.PEEK[1.HEADER.FIELDS (TO)]<0.9> BODYSTRUCTURE BINARY[2])
c SEARCH RETURN (MIN ALL) OR (SINCE 1-Jan-2029 NOT SEEN) CHARSET UTF-8 SUBJECT {1+}
x
d STORE 1 (UNCHANGEDSINCE 9) +FLAGS.SILENT (\\Seen x)
e EXPUNGE
f IDLE
--
DONE
g LOGOUT
"""),
        imap_talk.LOGIN
        + talk("""\
a LIST (SUBSCRIBED) "" (% "a*") RETURN (STATUS (MESSAGES))
b APPEND INBOX (\\Seen) "31-Dec-2029 23:00:00 -0500" {5+}
Hello
c CREATE &AOk-
d STATUS &AOk- (UIDNEXT)
e COPY 1 &AOk-
f THREAD REFERENCES UTF-8 ALL
g SORT (REVERSE DATE) UTF-8 ALL
h ENABLE UTF8=ACCEPT
i ID ("a" NIL)
"""),
        talk("""\
a CAPABILITY
b AUTHENTICATE PLAIN
--
AGFubgBwYSBzcw==
--
c UNSELECT
d NAMESPACE
e GETQUOTAROOT INBOX
"""),
    ),
    "https-client": parser(
        client(ask_https),
        talk("""\
--
HTTP/1.1 200 OK
Content-Type: text/plain; x
Transfer-Encoding: chunked

5
Hello
0

"""),
        b"\x1eHTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\nno\n",
        raises=MsgcoreError,
    ),
    "http-proxy": parser(
        proxy("http://ann:x@p.test:80"),
        b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n220",
        b"HTTP/1.1 407 no\r\nContent-Length: 0\r\n\r\n",
        raises=MsgcoreError,
    ),
    "socks-proxy": parser(
        proxy("socks5://ann:x@p.test:80"),
        b"\5\2\x1e\1\0\x1e\5\0\0\1\x7f\0\0\1\0\x19220",
        b"\5\0\x1e\5\0\0\3\4test\0\x19",
        raises=MsgcoreError,
    ),
    "sasl-server": parser(
        exchange,
        b"PLAIN\n\0ann\0pa ss",
        b"SCRAM-SHA-256\nn,,n=ann,r=abc\nc=biws,r=abc,p=AAAA",
        b"OAUTHBEARER\nn,a=ann,\x01host=x\x01auth=Bearer t\x01\x01",
        b"XOAUTH2\nuser=ann\x01auth=Bearer t\x01\x01",
        b"CRAM-MD5\n\nann 0123456789abcdef0123456789abcdef",
        b"LOGIN\n\nann\npa ss",
        b"EXTERNAL\nann",
        raises=(AuthenticationRefused, MalformedMessage),
    ),
    "sasl-client": parser(
        challenges,
        *(b64encode(b"r=nx,s=AAAA,i=4096") + b"\n" + b64encode(end) for end in (b"v=AAAA", b"e=other-error")),
        b64encode(b"<1.2@b.test>"),
    ),
}
