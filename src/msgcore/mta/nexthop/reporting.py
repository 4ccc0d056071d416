"""Sending the TLS reports of the days that are over: by mail through the queue, or to a URL (RFC 8460 section 5)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, TimedOut, UsageError
from msgcore.model.address import Address
from msgcore.model.delivery import DeliveryRequest, Notify
from msgcore.model.recipient import Recipient
from msgcore.mta.nexthop.counting import KeepsCounts, SessionCounts
from msgcore.mta.nexthop.https import HttpsClient
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.nexthop.tls_report import REPORT_TYPE, ReportPlaces, TlsReport, report_places, write_mail
from msgcore.mta.queue.contract import Accept
from msgcore.runtime.abc import Event, Runtime
from msgcore.runtime.dns import DnsKind
from msgcore.spi.gateway import Content

if TYPE_CHECKING:
    from msgcore.runtime.dns import Resolver

__all__ = ["TlsReporting"]

_log = logging.getLogger("msgcore.mta")

_EVERY_SECONDS = 60.0
_TURN_SECONDS = 300.0
_WRITING_SECONDS = 5.0
# Counts of the day that is over are written by then; and reports of many senders do not all come at midnight.
_WAIT = timedelta(minutes=10)
_SPREAD_SECONDS = 4 * 3_600
# For so long a report is tried (RFC 8460 section 5.3), and for so long one try of it keeps the others waiting.
_TRIED_FOR = timedelta(days=1)
_TRY_SECONDS = 60.0


class TlsReporting:
    """Makes and sends the reports of an organisation; of several nodes, one sends each."""

    def __init__(
        self,
        runtime: Runtime,
        resolver: Resolver,
        settings: OutboundSettings,
        host_name: str,
        contact: Address,
        keeper: KeepsCounts,
        accept: Callable[[Accept, Deadline], Awaitable[object]],
    ) -> None:
        self.counts = SessionCounts(runtime, resolver, keeper)
        self._runtime = runtime
        self._resolver = resolver
        self._organization = settings.organization_name or host_name
        self._host_name = host_name
        self._contact = contact
        self._keeper = keeper
        self._accept = accept
        self._https = HttpsClient(runtime, resolver, ca_file=settings.ca_file)

    async def work_until(self, stop: Event) -> None:
        """Write down what is counted, and send what is due, once a minute; at the end write once more."""
        while not stop.is_set:
            await self.counts.write(self._runtime.deadline(_TURN_SECONDS))
            try:
                await self.send_due(self._runtime.deadline(_TURN_SECONDS))
            except MsgcoreError as error:
                _log.warning("TLS reports cannot be sent now: %s", error)
            try:
                await stop.wait(self._runtime.deadline(_EVERY_SECONDS))
            except TimedOut:
                continue
        await self.write_counts()

    async def write_counts(self) -> None:
        """Write down what is counted at the end, whoever is cancelled."""
        with self._runtime.shielded():
            await self.counts.write(self._runtime.deadline(_WRITING_SECONDS))

    async def send_due(self, deadline: Deadline) -> int:
        """Send the reports whose time has come and that no other node sends; say how many were sent."""
        now, sent = self._runtime.now(), 0
        due = list(await self._keeper.due_reports(now.date(), deadline))
        # Those that nobody takes in time are not to come first each time.
        Random().shuffle(due)
        for day, domain in due:
            if now < self._due_at(day, domain):
                continue
            counted = await self._keeper.claim_report(day, domain, deadline)
            if counted is None:
                continue
            sessions = tuple((one.result, one.sessions) for one in counted)
            contact = self._contact.email_address
            report = TlsReport(domain, day, self._organization, self._host_name, contact, sessions)
            try:
                sent += await self._send(report, deadline.sooner(_TRY_SECONDS))
            except MsgcoreError as error:
                deadline.check("send TLS reports")
                is_over = now > self._due_at(day, domain) + _TRIED_FOR
                when = "and is given up" if is_over else "now"
                _log.warning("the TLS report of %s about %s cannot be sent %s: %s", day, domain, when, error)
                if is_over:
                    await self._keeper.end_report(day, domain, deadline)
        return sent

    def _due_at(self, day: date, domain: str) -> datetime:
        spread = int.from_bytes(hashlib.sha256(f"{self._host_name}\0{domain}".encode()).digest()[:4]) % _SPREAD_SECONDS
        return datetime.combine(day, time(), UTC) + timedelta(days=1, seconds=spread) + _WAIT

    async def _send(self, report: TlsReport, deadline: Deadline) -> bool:
        """Send a report everywhere it is wanted; when it got nowhere it is tried again, by whoever claims it next.

        Raises:
            MsgcoreError: it got nowhere.
        """
        answer = await self._resolver.ask(f"_smtp._tls.{report.domain}", DnsKind.TXT, deadline)
        places = report_places([one for one in answer.records if isinstance(one, bytes)])
        errors = await self._bring(report, places, deadline) if places else []
        if errors and len(errors) == len(places.urls) + bool(places.mailboxes):
            raise errors[0]
        await self._keeper.end_report(report.day, report.domain, deadline)
        return bool(places)

    async def _bring(self, report: TlsReport, places: ReportPlaces, deadline: Deadline) -> list[MsgcoreError]:
        errors: list[MsgcoreError] = []
        if places.mailboxes:
            await self._accept(self._mail(report, places), deadline)
        for url in places.urls:
            try:
                answer = await self._https.post(url, REPORT_TYPE, report.octets(), deadline)
                if not 200 <= answer.status < 300:
                    raise UsageError(f"{url}: status {answer.status}")
            except MsgcoreError as error:
                errors.append(error)
                _log.warning("the TLS report about %s is not taken: %s", report.domain, error)
        return errors

    def _mail(self, report: TlsReport, places: ReportPlaces) -> Accept:
        octets = write_mail(report, self._contact, places.mailboxes, self._runtime.now())
        return Accept(
            # The same whichever node sends it, so that the queue takes it in once.
            f"tls-report/{report.report_id}",
            self._contact,
            tuple(Recipient(one, notify=Notify.NEVER) for one in places.mailboxes),
            Content(octets),
            f"<{report.report_id}>",
            f"Report Domain: {report.domain}",
            request=DeliveryRequest(notify=Notify.NEVER, priority=-4),
        )
