"""The tables of what outlives a process: MTA-STS policies, and the sessions that TLS reports are about.

``tls_session`` counts sessions by day (since 1970, UTC), policy and what became of them; ``policy_key`` is a hash of
``policy``, which is too long for an index. ``tls_report`` says who makes the report of a day about a domain, and until
when nobody else does.
"""

from __future__ import annotations

from msgcore.runtime import Engine, Schema

__all__ = ["NEXTHOP_SCHEMA"]

_TABLES = """
create table sts_policy (
    domain text primary key,
    policy_id text not null,
    policy text not null,
    fetched_at {integer} not null,
    expires_at {integer} not null
);

create table tls_session (
    day integer not null,
    domain text not null,
    policy_key text not null,
    result text not null,
    host text not null,
    address text not null,
    policy text not null,
    reason text not null,
    sessions {integer} not null,
    primary key (day, domain, policy_key, result, host, address)
);

create table tls_report (
    day integer not null,
    domain text not null,
    claimed_until {integer} not null,
    primary key (day, domain)
);
"""

NEXTHOP_SCHEMA = Schema(
    "nexthop",
    {
        Engine.SQLITE: (_TABLES.format(integer="integer"),),
        Engine.POSTGRES: (_TABLES.format(integer="bigint"),),
    },
)
