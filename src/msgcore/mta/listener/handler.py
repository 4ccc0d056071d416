"""What one session of a listener says to MAIL, RCPT and the message, and how the message gets into the queue."""

from __future__ import annotations

import re

import attrs

from msgcore.base.ids import new_time_ordered_id
from msgcore.base.status import EnhancedStatus, Reply
from msgcore.base.text import one_line
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.recipient import Recipient
from msgcore.mta.intake import accept_of_mail, content_of_mail, is_simple, lowered_header
from msgcore.mta.listener.content import ArrivingMail
from msgcore.mta.listener.desk import Desk
from msgcore.mta.listener.loops import is_going_round
from msgcore.mta.listener.received import arrival_clause, client_name, received_field
from msgcore.mta.listener.recipients import Arrival
from msgcore.mta.listener.submission import completed, read_submission
from msgcore.mta.listener.visits import Visit
from msgcore.mta.node_events import MailRefused, MessageTaken
from msgcore.mta.queue.contract import Accept
from msgcore.mta.trust.authentication import Authentication
from msgcore.mta.trust.results_text import without_own_results
from msgcore.mta.trust.verdicts import FROM_OUTSIDE
from msgcore.spi.gateway import Content
from msgcore.wire.smtp.server import BodyKind, Client, MailFacts
from msgcore.wire.smtp.server.mail import ask

__all__ = ["MailHandler"]

# Few headers are so large that reading them would hold up the others.
_SMALL_OCTETS = 32 * 1024

_FIELD_NAME = re.compile(rb"[!-9;-~]++[ \t]*+:")

_SENDER_OK = Reply(250, ("ok",), EnhancedStatus(2, 1, 0))
_RECIPIENT_OK = Reply(250, ("ok",), EnhancedStatus(2, 1, 5))
# X.3.6 of RFC 6710: the text begins with the priority that the message has now.
_NO_PRIORITY = Reply(250, ("0 is the priority of who may not relay",), EnhancedStatus(2, 3, 6))
_NO_HOLD = Reply(550, ("nothing is held for who may not relay",), EnhancedStatus(5, 7, 1))
_NO_LOGIN = Reply(530, ("log in first",), EnhancedStatus(5, 7, 0))
_NOT_YOURS = Reply(550, ("this sender is not yours",), EnhancedStatus(5, 7, 1))
_NO_AUTHOR = Reply(550, ("no author in From has a domain (DMARC)",), EnhancedStatus(5, 7, 1))
_UNREADABLE = Reply(554, ("the header is too large, or has a bare CR or LF",), EnhancedStatus(5, 6, 0))
_LOOP = Reply(554, ("this message goes round in a circle",), EnhancedStatus(5, 4, 6))
_BARE = Reply(554, ("a bare CR or LF in the header",), EnhancedStatus(5, 5, 2))


class MailHandler:
    """The handler of one session. By LMTP a message is taken for all its recipients with the first one's answer.

    ``visit`` counts what it costs.
    """

    def __init__(self, desk: Desk, visit: Visit) -> None:
        self._desk = desk
        self._visit = visit
        self._settings = desk.settings
        self._arrival: Arrival | None = None
        self._recipients: list[Recipient] = []
        self._verdict: Reply | None = None
        self._accept: Accept | None = None
        self._client: Client | None = None
        self._is_site = self._may_relay = self._is_utf8 = False
        self._name = self._clause = ""

    async def mail(self, sender: Address | None, facts: MailFacts) -> Reply:
        return self._told("MAIL", sender, await self._mail(sender, facts), facts.client)

    async def _mail(self, sender: Address | None, facts: MailFacts) -> Reply:
        refusal = self._desk.refusal()
        if refusal is None and self._settings.is_submission:
            refusal = await self._refuse_sender(sender, facts.client)
        if refusal is None:
            refusal = self._visit.mail(facts.client.user)
        if refusal is not None:
            return refusal
        self._know(facts)
        reply, request = _SENDER_OK, facts.request
        if not self._may_relay:
            if request.hold_seconds is not None or request.hold_until is not None:
                return _NO_HOLD
            if request.priority is not None:
                facts = attrs.evolve(facts, request=attrs.evolve(request, priority=None))
                reply = _NO_PRIORITY
        if facts.trace and not self._is_site:  # anybody can say so
            facts = attrs.evolve(facts, trace=())
        self._arrival = Arrival(sender, facts, self._may_relay, self._settings.arrives_by if self._is_site else "")
        self._recipients = []
        self._verdict = None
        self._visit.is_at_work = True
        return reply

    async def _refuse_sender(self, sender: Address | None, client: Client) -> Reply | None:
        if not client.user:
            return _NO_LOGIN
        return None if sender is None or await self._may_send_as(client, sender) else _NOT_YOURS

    async def _may_send_as(self, client: Client, *addresses: Address) -> bool:
        if self._settings.may_use_any_sender(client):
            return True
        for address in addresses:
            if not await self._desk.is_own(client.user, address):
                return False
        return True

    def _know(self, facts: MailFacts) -> None:
        """Work out what is the same until the client says hello again, or logs in."""
        client, is_utf8 = facts.client, facts.is_utf8
        if client is self._client and is_utf8 == self._is_utf8:
            return
        self._client, self._is_utf8 = client, is_utf8
        self._may_relay, self._is_site = self._settings.may_relay(client), self._settings.is_site(client)
        self._name = client_name(client)
        self._clause = arrival_clause(
            client, self._settings.host_name, facts.protocol, shows_client=self._settings.shows_clients
        )

    async def rcpt(self, recipient: Recipient) -> Reply:
        assert self._arrival is not None
        deadline = self._desk.runtime.deadline(self._settings.command_seconds)
        arrival = self._arrival
        if not self._may_relay and self._settings.is_relayed(recipient.address):
            arrival = attrs.evolve(arrival, may_relay=True)
        refusal = await self._desk.recipients.check(recipient, arrival, deadline)
        if refusal is not None:
            is_wrong = refusal.code >= 500
            refusal = (self._visit.bad_recipient() if is_wrong else None) or refusal
            return self._told("RCPT", recipient.address, refusal, self._arrival.facts.client)
        refusal = self._visit.rcpt(self._arrival.facts.client.user)
        if refusal is not None:
            return self._told("RCPT", recipient.address, refusal, self._arrival.facts.client)
        self._recipients.append(recipient)
        return _RECIPIENT_OK

    async def data(self, envelope: Envelope, octets: bytes) -> Reply:
        if self._verdict is None:
            # An error is an answer to everybody, too: nobody may be told yes for a message of which half is lost.
            since = self._desk.runtime.monotonic()
            self._visit.is_taking = True
            self._verdict = await ask(self._take(octets))
            self._visit.is_taking = False
            self._tell_of(octets, self._verdict, since)
        return self._verdict

    def _told(self, command: str, address: Address | None, reply: Reply, client: Client) -> Reply:
        if not reply.is_positive:
            self._desk.watch(MailRefused(self._desk.service, client, command, address, reply))
        return reply

    def _tell_of(self, octets: bytes, reply: Reply, since: float) -> None:
        desk, arrival, size = self._desk, self._arrival, len(octets)
        assert arrival is not None
        client, sender = arrival.facts.client, arrival.sender
        if self._told("DATA", sender, reply, client).is_positive:
            self._visit.taken(size)
            seconds = desk.runtime.monotonic() - since
            accept, self._accept = self._accept, None
            assert accept is not None
            facts = len(self._recipients), seconds, accept.message_id, accept.verdicts
            desk.watch(MessageTaken(desk.service, client, sender, reply, size, *facts))

    async def _take(self, octets: bytes) -> Reply:
        settings, arrival = self._settings, self._arrival
        assert arrival is not None
        if arrival.facts.body is BodyKind.BINARY and _has_bare_ends(octets):
            return _BARE
        header = lowered_header(octets)
        if is_going_round(header, settings.host_name, settings.max_received, settings.max_passes):
            return _LOOP
        if settings.is_submission:
            mail = await self._submitted(octets, arrival)
            if isinstance(mail, Reply):
                return mail
            octets = mail
            header = lowered_header(octets)
        recipients = tuple(self._recipients)
        if len(recipients) > 1:
            recipients = tuple(dict.fromkeys(recipients))
        found = await self._looked_at(octets, arrival)
        if isinstance(found, Reply):
            return found
        octets = self._without_forged(octets, header)
        transfer_id = new_time_ordered_id().hex()
        whom = _only_one(recipients, arrival.facts)
        traced = received_field(self._clause, transfer_id, whom, self._desk.runtime.now()) + octets
        if found is not None:
            # Above our Received field nobody else can have written anything.
            traced = found.field(settings.host_name) + traced
        verdicts = frozenset[str]() if found is None else found.verdicts
        if not self._is_known:
            verdicts |= {FROM_OUTSIDE}
        envelope = Envelope(arrival.sender, recipients, transfer_id, arrival.facts.request)
        if self._desk.content_checks is not None:
            arriving = ArrivingMail(envelope, traced, arrival.facts.client, self._desk.service, verdicts)
            checked = await self._desk.content_checks.check(arriving)
            if isinstance(checked, Reply):
                return checked
            traced, verdicts = checked.octets, checked.verdicts

        def read() -> Accept:
            content = Content(traced) if is_simple(header) else content_of_mail(traced, is_site=self._is_site)
            return accept_of_mail(envelope, content, self._name)

        is_quick = len(header) <= _SMALL_OCTETS and is_simple(header)
        accept = read() if is_quick else await self._desk.runtime.in_thread(read)
        if verdicts or self._is_site:
            trace = arrival.facts.trace
            accept = attrs.evolve(accept, verdicts=verdicts, trace=trace, arrived_by=arrival.arrived_by)
        self._accept = accept
        return await self._desk.take(accept)

    @property
    def _is_known(self) -> bool:
        """Whether we know whose mail it is: who logged in, may relay, or is a site of ours answers for it."""
        return self._may_relay or self._is_site or bool(self._client and self._client.user)

    async def _looked_at(self, octets: bytes, arrival: Arrival) -> Authentication | Reply | None:
        """Look at what a stranger sends (SPF, DKIM, ARC, DMARC), where that is done; give the reply that refuses it."""
        verifier = self._desk.verifier
        if verifier is None or self._is_known:
            return None
        deadline = self._desk.runtime.deadline(verifier.settings.verify_seconds)
        found = await verifier.verify(octets, arrival.facts.client, arrival.sender, deadline)
        if found is None:
            return _UNREADABLE
        refusal = _refusal_of(found) if verifier.settings.on_dmarc_fail == "reject" else None
        return refusal or found

    def _without_forged(self, octets: bytes, header: bytes) -> bytes:
        """Take out results in our name; those of our other nodes may stand in what servers of ours bring."""
        verifier = self._desk.verifier
        if verifier is None:
            return octets
        is_server = self._settings.is_lmtp or (self._is_known and not (self._client and self._client.user))
        others = frozenset[str]() if is_server else verifier.own_names
        return without_own_results(octets, header, {self._settings.host_name, *others})

    async def _submitted(self, octets: bytes, arrival: Arrival) -> bytes | Reply:
        """Give a user's mail with what it lacked, or the reply that refuses it."""
        client, desk = arrival.facts.client, self._desk
        is_small = octets.find(b"\r\n\r\n", 0, _SMALL_OCTETS) >= 0
        read = read_submission(octets) if is_small else await desk.runtime.in_thread(lambda: read_submission(octets))
        if read.fault:
            return Reply(554, (read.fault,), EnhancedStatus(5, 6, 0))
        sender = "" if arrival.sender is None else arrival.sender.typed  # it has been looked at already
        if not await self._may_send_as(client, *(one for one in read.authors if one.typed != sender)):
            return _NOT_YOURS
        return completed(octets, read, arrival.sender, self._settings.host_name, desk.runtime.now())


def _has_bare_ends(octets: bytes) -> bool:
    """Say whether binary octets have a bare CR or LF in their header, which only some readers take for a line end."""
    if not _FIELD_NAME.match(octets):
        return False  # there is no header
    blank = octets.find(b"\r\n\r\n")
    end = len(octets) if blank < 0 else blank + 2
    return not octets.count(b"\r\n", 0, end) == octets.count(b"\r", 0, end) == octets.count(b"\n", 0, end)


def _refusal_of(found: Authentication) -> Reply | None:
    domain = one_line(found.dmarc.domain, 100)
    if not domain:  # RFC 7489 section 6.6.1
        return _NO_AUTHOR
    if found.wants == "reject":
        text = f"{domain} wants this refused: neither SPF nor DKIM stands for it (DMARC)"
        return Reply(550, (text,), EnhancedStatus(5, 7, 1))
    if found.dmarc.result == "temperror" and found.dmarc.policy == "reject":
        # Whoever wants to pass for somebody could see to it that nobody can tell.
        return Reply(451, (f"nobody can tell now whether this is of {domain} (DMARC)",), EnhancedStatus(4, 7, 1))
    return None


def _only_one(recipients: tuple[Recipient, ...], facts: MailFacts) -> str:
    """Give the address of a single recipient, where a header field may hold it."""
    if len(recipients) != 1:
        return ""
    address = recipients[0].email_address
    return address if facts.is_utf8 or address.isascii() else ""
