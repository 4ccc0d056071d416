"""The queue's tables.

``mta_recipient`` is the hot table: narrow, one row for each recipient, with its lease. Who waits for his time stands by
himself, so that he costs nobody anything until it has come; what is ready stands in *lanes*, one for each grade of
delivery and next hop, so that a claim takes turns between hops and passes over one that is down
without looking at what waits for it. ``mta_message`` does not change after it was accepted. Its content goes when its
last recipient has ended; the other rows stay for tracking until they are purged. ``mta_event`` only grows. Indexes are
few, and most are filled in the order of time: each that is not costs every message a page on the disk.
"""

from __future__ import annotations

from msgcore.runtime import Engine, Schema

__all__ = ["QUEUE_SCHEMA"]

_TABLES = """
create table mta_message (
    id {octets} primary key,
    transfer_id text not null unique,
    sender_type text,
    sender_address text,
    sender_name text,
    size_octets {integer} not null,
    accepted_at {integer} not null,
    expires_at {integer} not null,
    message_id text not null,
    subject text not null,
    message_class text not null,
    request text not null,
    received_from text not null
){no_row_id};
create index mta_message_message_id on mta_message (message_id);

create table mta_content (
    mta_message_id {octets} primary key references mta_message (id),
    form text not null,
    octets {octets} not null
);

create table mta_recipient (
    number {number},
    mta_message_id {octets} not null references mta_message (id),
    kind integer not null,
    address_type text not null,
    address text not null,
    address_key text not null,
    display_name text not null,
    notify integer,
    original text,
    state integer not null,
    lane text not null,
    due_at {integer} not null,
    look_at {integer} not null,
    tries integer not null default 0,
    token {integer} not null default 0,
    crashes integer not null default 0,
    attempts text not null default '',
    holder text,
    leased_until {real},
    connector text not null default '',
    next_hop text not null default '',
    outcome text not null default 'pending',
    code integer,
    enhanced text,
    reply text not null default '',
    stage text not null default '',
    note text not null default '',
    reason text not null default '',
    ended_at {integer},
    unique (mta_message_id, address_type, address_key, kind)
){often_changed};
create index mta_recipient_waiting on mta_recipient (due_at) where state = 0;
create index mta_recipient_at_hop on mta_recipient (lane) where state = 0;
create index mta_recipient_look on mta_recipient (look_at) where state in (0, 1);
create index mta_recipient_ready on mta_recipient (lane, due_at, number) where state = 1;
create index mta_recipient_leased on mta_recipient (leased_until) where state = 2;
create index mta_recipient_suspect on mta_recipient (due_at, number) where state = 1 and crashes >= 2;
create index mta_recipient_kept on mta_recipient (state, number) where state in (3, 4);
create index mta_recipient_ended on mta_recipient (ended_at) where state = 5;

create table mta_report (
    recipient_number {integer} not null references mta_recipient (number),
    kind text not null,
    primary key (recipient_number, kind)
){no_row_id};

create table mta_event (
    number {number},
    at {integer} not null,
    kind text not null,
    mta_message_id {octets} not null references mta_message (id),
    recipient_number {integer},
    connector text not null,
    next_hop text not null,
    text text not null
);
create index mta_event_message on mta_event (mta_message_id, number);

create table mta_link (
    hop text primary key,
    sessions {real} not null,
    failures integer not null,
    down_until {integer} not null
);
"""

_VERSION_2 = "alter table mta_recipient add column properties text"
_VERSION_3 = "alter table mta_message add column verdicts text not null default ''"
_VERSION_4 = """
alter table mta_message add column trace text not null default '';
alter table mta_message add column arrived_by text not null default '';
alter table mta_recipient add column is_successor integer not null default 0;
"""
# SQL does not know what the form is in which addresses are compared: what was sent from an address that is not ASCII
# before this version is found by its spelling in lower case, until it is purged.
_VERSION_5 = """
alter table mta_message add column sender_key text;
update mta_message set sender_key = substr(lower(sender_address), 1, 500);
create index mta_message_sender on mta_message (sender_key) where sender_key is not null;
"""

_SQLITE = {
    "octets": "blob",
    "integer": "integer",
    "real": "real",
    "number": "integer primary key autoincrement",
    "no_row_id": " without rowid",
    "often_changed": "",
}
_POSTGRES = {
    "octets": "bytea",
    "integer": "bigint",
    "real": "double precision",
    "number": "bigint generated always as identity primary key",
    "no_row_id": "",
    # Room in each page for the next version of a row, and a vacuum before the dead ones are many.
    "often_changed": " with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)",
}

QUEUE_SCHEMA = Schema(
    "queue",
    {
        Engine.SQLITE: (_TABLES.format(**_SQLITE), _VERSION_2, _VERSION_3, _VERSION_4, _VERSION_5),
        Engine.POSTGRES: (_TABLES.format(**_POSTGRES), _VERSION_2, _VERSION_3, _VERSION_4, _VERSION_5),
    },
)
