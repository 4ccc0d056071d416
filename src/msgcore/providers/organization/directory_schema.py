"""The tables of distribution lists and redirects.

A ``directory_entry`` with a name is a list; one without is a redirect: of a mailbox, or of an address of its own (an
alias). ``directory_member`` has whom it leads to, ``directory_address`` the addresses that lead to it, the primary one
first. An address is in ``directory_address`` or in ``mailbox_address``, and a name is a list's or a mailbox's; those
who write see to it, holding the lock of the mailboxes. ``directory_setting`` has at most one row.

``mailbox_keys`` has in place of a mailbox's password the keys that SCRAM needs (RFC 5802 section 3), and nothing from
which the password comes back but guessing. ``directory_secret`` is what the answers to unknown users are made of.
"""

from __future__ import annotations

from msgcore.runtime import Engine, Schema

__all__ = ["DIRECTORY_SCHEMA"]

_SQLITE = """
create table directory_entry (
    id integer primary key,
    name text,
    name_key blob unique,
    display_name text not null default '',
    owner_type text,
    owner_address text,
    only_from text not null default '[]',
    mailbox_id integer unique references mailbox (id) on delete cascade,
    keep_copy integer not null default 0
);

create table directory_address (
    address_type text not null,
    address_key blob not null,
    address text not null,
    entry_id integer not null references directory_entry (id) on delete cascade,
    position integer not null,
    primary key (address_type, address_key)
) without rowid;
create index directory_address_of on directory_address (entry_id);

create table directory_member (
    entry_id integer not null references directory_entry (id) on delete cascade,
    address_type text not null,
    address_key blob not null,
    address text not null,
    display_name text not null,
    position integer not null,
    primary key (entry_id, address_type, address_key)
) without rowid;
create index directory_member_order on directory_member (entry_id, position);

create table directory_setting (id integer primary key check (id = 1), recipient_delimiter text not null);
"""

_POSTGRES = """
create table directory_entry (
    id bigint generated always as identity primary key,
    name text collate "C",
    name_key bytea unique,
    display_name text collate "C" not null default '',
    owner_type text collate "C",
    owner_address text collate "C",
    only_from text collate "C" not null default '[]',
    mailbox_id bigint unique references mailbox (id) on delete cascade,
    keep_copy bigint not null default 0
);

create table directory_address (
    address_type text collate "C" not null,
    address_key bytea not null,
    address text collate "C" not null,
    entry_id bigint not null references directory_entry (id) on delete cascade,
    position bigint not null,
    primary key (address_type, address_key)
);
create index directory_address_of on directory_address (entry_id);

create table directory_member (
    entry_id bigint not null references directory_entry (id) on delete cascade,
    address_type text collate "C" not null,
    address_key bytea not null,
    address text collate "C" not null,
    display_name text collate "C" not null,
    position bigint not null,
    primary key (entry_id, address_type, address_key)
);
create index directory_member_order on directory_member (entry_id, position);

create table directory_setting (id bigint primary key check (id = 1), recipient_delimiter text collate "C" not null);
"""

_SQLITE_PASSWORDS = """
create table mailbox_keys (
    mailbox_id integer not null references mailbox (id) on delete cascade,
    mechanism text not null,
    salt blob not null,
    iterations integer not null,
    stored_key blob not null,
    server_key blob not null,
    primary key (mailbox_id, mechanism)
) without rowid;

create table directory_secret (id integer primary key check (id = 1), octets blob not null);
insert into directory_secret (id, octets) values (1, randomblob(32));
"""

_POSTGRES_PASSWORDS = """
create table mailbox_keys (
    mailbox_id bigint not null references mailbox (id) on delete cascade,
    mechanism text collate "C" not null,
    salt bytea not null,
    iterations bigint not null,
    stored_key bytea not null,
    server_key bytea not null,
    primary key (mailbox_id, mechanism)
);

create table directory_secret (id bigint primary key check (id = 1), octets bytea not null);
insert into directory_secret (id, octets)
values (1, decode(replace(cast(gen_random_uuid() as text) || cast(gen_random_uuid() as text), '-', ''), 'hex'));
"""

DIRECTORY_SCHEMA = Schema(
    "directory",
    {Engine.SQLITE: (_SQLITE, _SQLITE_PASSWORDS), Engine.POSTGRES: (_POSTGRES, _POSTGRES_PASSWORDS)},
)
