"""The queue's tables.

``mta_recipient`` is the hot table: narrow, one row for each recipient, with its lease. ``mta_message`` does not change
after it was accepted, but for the content of a recipient that comes after the others have ended. Contents are kept
once, by hash; their octets go, and rows stay for tracking, when nobody needs them.
"""

from __future__ import annotations

from msgcore.runtime import Engine, Schema

__all__ = ["QUEUE_SCHEMA"]

_SQLITE = """
create table mta_content (
    hash blob primary key,
    form text not null,
    octets blob not null
);

create table mta_message (
    id blob primary key,
    transfer_id text not null unique,
    sender_type text,
    sender_address text,
    sender_name text,
    content_hash blob not null references mta_content (hash),
    size_octets integer not null,
    accepted_at integer not null,
    expires_at integer not null,
    message_id text not null,
    subject text not null,
    message_class text not null
) without rowid;
create index mta_message_content on mta_message (content_hash);

create table mta_recipient (
    number integer primary key autoincrement,
    mta_message_id blob not null references mta_message (id),
    kind integer not null,
    address_type text not null,
    address text not null,
    display_name text not null,
    is_open integer not null default 1,
    due_at integer not null,
    tries integer not null default 0,
    token integer not null default 0,
    holder text,
    leased_until real,
    connector text not null default '',
    next_hop text not null default '',
    outcome text not null default 'pending',
    code integer,
    enhanced text,
    reply text not null default '',
    stage text not null default '',
    note text not null default '',
    ended_at integer,
    unique (mta_message_id, address_type, address, kind)
);
create index mta_recipient_due on mta_recipient (due_at) where is_open = 1;
create index mta_recipient_held on mta_recipient (holder, leased_until) where holder is not null;

create table mta_report (
    recipient_number integer not null references mta_recipient (number),
    kind text not null,
    mta_message_id blob not null references mta_message (id),
    primary key (recipient_number, kind)
) without rowid;
"""

_POSTGRES = """
create table mta_content (
    hash bytea primary key,
    form text not null,
    octets bytea not null
);

create table mta_message (
    id bytea primary key,
    transfer_id text not null unique,
    sender_type text,
    sender_address text,
    sender_name text,
    content_hash bytea not null references mta_content (hash),
    size_octets bigint not null,
    accepted_at bigint not null,
    expires_at bigint not null,
    message_id text not null,
    subject text not null,
    message_class text not null
);
create index mta_message_content on mta_message (content_hash);

create table mta_recipient (
    number bigint generated always as identity primary key,
    mta_message_id bytea not null references mta_message (id),
    kind integer not null,
    address_type text not null,
    address text not null,
    display_name text not null,
    is_open integer not null default 1,
    due_at bigint not null,
    tries integer not null default 0,
    token bigint not null default 0,
    holder text,
    leased_until double precision,
    connector text not null default '',
    next_hop text not null default '',
    outcome text not null default 'pending',
    code integer,
    enhanced text,
    reply text not null default '',
    stage text not null default '',
    note text not null default '',
    ended_at bigint,
    unique (mta_message_id, address_type, address, kind)
);
create index mta_recipient_due on mta_recipient (due_at, number) where is_open = 1;
create index mta_recipient_held on mta_recipient (holder, leased_until) where holder is not null;

create table mta_report (
    recipient_number bigint not null references mta_recipient (number),
    kind text not null,
    mta_message_id bytea not null references mta_message (id),
    primary key (recipient_number, kind)
);
"""

QUEUE_SCHEMA = Schema("queue", {Engine.SQLITE: (_SQLITE,), Engine.POSTGRES: (_POSTGRES,)})
