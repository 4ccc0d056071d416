"""Policies and counts in an organisation's database, for all of its nodes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast

from msgcore.base.times import Deadline, datetime_from_filetime, filetime_from_datetime
from msgcore.mta.nexthop.counting import CountedSessions
from msgcore.mta.nexthop.policy import PolicyKind
from msgcore.mta.nexthop.results import AppliedPolicy, SessionResult
from msgcore.mta.nexthop.sts_policies import KeptPolicy
from msgcore.runtime import Connection, Database, Row, Runtime

__all__ = ["SqlKeeper"]

_EPOCH = date(1970, 1, 1)
_CLAIMED_FOR = timedelta(minutes=10)
_DONE = 2**62
_DUE_AT_ONCE = 10_000
_KEPT_DAYS = 30
_MOST_ROWS = 2_000


class SqlKeeper:
    """Keeps what nodes have to know of next hops; see :mod:`msgcore.mta.nexthop.schema`."""

    def __init__(self, runtime: Runtime, database: Database) -> None:
        self._runtime = runtime
        self._database = database

    # Policies

    async def kept_policy(self, domain: str, deadline: Deadline) -> KeptPolicy | None:
        select = "select policy_id, policy, fetched_at, expires_at from sts_policy where domain = ?"
        row = await self._database.read(self._runtime, lambda c: c.row(select, (domain,)), deadline)
        if row is None:
            return None
        policy_id, policy, fetched_at, expires_at = row
        fetched, expires = datetime_from_filetime(fetched_at), datetime_from_filetime(expires_at)
        return KeptPolicy(domain, policy_id, policy, fetched, expires)

    async def keep_policy(self, kept: KeptPolicy, deadline: Deadline) -> None:
        """Keep a policy, unless another node has fetched one later; those whose time is over are forgotten."""
        statement = (
            "insert into sts_policy (domain, policy_id, policy, fetched_at, expires_at) values (?, ?, ?, ?, ?)"
            " on conflict (domain) do update set policy_id = excluded.policy_id, policy = excluded.policy,"
            " fetched_at = excluded.fetched_at, expires_at = excluded.expires_at"
            " where sts_policy.fetched_at <= excluded.fetched_at"
        )
        times = filetime_from_datetime(kept.fetched_at), filetime_from_datetime(kept.expires_at)
        values = kept.domain, kept.policy_id, kept.text, *times
        await self._database.write(self._runtime, lambda c: c.run(statement, values), deadline)
        # By itself, so that two nodes do not wait for each other's rows.
        over, now = "delete from sts_policy where expires_at <= ?", self._now()
        await self._database.write(self._runtime, lambda c: c.run(over, (now,)), deadline)

    # Counts

    async def add_counts(self, counted: Sequence[CountedSessions], deadline: Deadline) -> None:
        statement = (
            "insert into tls_session (day, domain, policy_key, result, host, address, policy, reason, sessions)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " on conflict (day, domain, policy_key, result, host, address)"
            " do update set sessions = tls_session.sessions + excluded.sessions"
        )
        # In one order for all, so that two nodes do not wait for each other.
        rows = sorted(map(_row, counted))
        if rows:
            await self._database.write(self._runtime, lambda c: c.run_many(statement, rows), deadline)

    async def counted(self, domain: str, limit: int, deadline: Deadline) -> Sequence[CountedSessions]:
        """Give what is not reported yet, of one domain or (empty) of all, the newest day first."""
        select = (
            "select day, domain, policy, result, host, address, reason, sessions from tls_session"
            f" {'where domain = ?' if domain else ''}"
            " order by day desc, domain, policy_key, result, host, address limit ?"
        )
        values = (domain, limit) if domain else (limit,)
        rows = await self._database.read(self._runtime, lambda c: c.rows(select, values), deadline)
        return [_counted(_EPOCH + timedelta(days=day), its, row) for day, its, *row in rows]

    async def due_reports(self, before: date, deadline: Deadline) -> Sequence[tuple[date, str]]:
        select = (
            "select distinct day, domain from tls_session s where day < ? and not exists"
            " (select 1 from tls_report r where r.day = s.day and r.domain = s.domain and r.claimed_until > ?)"
            " order by day, domain limit ?"
        )
        values = _number(before), self._now(), _DUE_AT_ONCE
        rows = await self._database.read(self._runtime, lambda c: c.rows(select, values), deadline)
        return [(_EPOCH + timedelta(days=number), domain) for number, domain in rows]

    async def claim_report(self, day: date, domain: str, deadline: Deadline) -> Sequence[CountedSessions] | None:
        number, now = _number(day), self._now()
        until = filetime_from_datetime(self._runtime.now() + _CLAIMED_FOR)

        def claim(connection: Connection) -> list[Row] | None:
            mine = connection.value(
                "insert into tls_report (day, domain, claimed_until) values (?, ?, ?) on conflict (day, domain)"
                " do update set claimed_until = excluded.claimed_until where tls_report.claimed_until <= ?"
                " returning day",
                (number, domain, until, now),
            )
            if mine is None:
                return None
            rows = connection.rows(
                "select policy, result, host, address, reason, sessions from tls_session where day = ? and domain = ?"
                " order by policy_key, result, host, address limit ?",
                (number, domain, _MOST_ROWS + 1),
            )
            if len(rows) <= _MOST_ROWS:
                return rows
            # Nobody reads so many hosts and addresses: without them, and all are counted.
            return connection.rows(
                "select policy, result, '', '', max(reason), cast(sum(sessions) as bigint) from tls_session"
                " where day = ? and domain = ? group by policy_key, policy, result order by policy_key, result limit ?",
                (number, domain, _MOST_ROWS),
            )

        rows = await self._database.write(self._runtime, claim, deadline)
        return [_counted(day, domain, row) for row in rows] if rows else None

    async def end_report(self, day: date, domain: str, deadline: Deadline) -> None:
        key = _number(day), domain
        long_ago = _number(self._runtime.now().date()) - _KEPT_DAYS

        def end(connection: Connection) -> None:
            connection.run("update tls_report set claimed_until = ? where day = ? and domain = ?", (_DONE, *key))
            connection.run("delete from tls_session where day = ? and domain = ?", key)
            # What came when its day had been reported, and what nobody could be told of.
            connection.run("delete from tls_session where day < ?", (long_ago,))
            connection.run("delete from tls_report where day < ?", (long_ago,))

        await self._database.write(self._runtime, end, deadline)

    def _now(self) -> int:
        return filetime_from_datetime(self._runtime.now())


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _row(one: CountedSessions) -> tuple[int, str, str, str, str, str, str, str, int]:
    result, applied = one.result, one.result.policy
    policy = json.dumps([applied.kind, applied.text, applied.hosts])
    key = hashlib.sha256(policy.encode()).hexdigest()
    where = result.result, result.host, result.address
    return (_number(one.day), applied.domain, key, *where, policy, result.reason, one.sessions)


def _counted(day: date, domain: str, row: Sequence[Any]) -> CountedSessions:
    policy, result, host, address, reason, sessions = row
    kind, text, hosts = json.loads(policy)
    applied = AppliedPolicy(domain, cast(PolicyKind, kind), tuple(text), tuple(hosts))
    return CountedSessions(day, SessionResult(applied, result, host, address, reason), sessions)
