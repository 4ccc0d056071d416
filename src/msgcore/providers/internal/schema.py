"""The store's tables. Times are FILETIMEs; ``*_key`` columns hold folded text for search and sort.

A content row is one message as it came in, single-instance by hash: it lives as long as some message names it.
``overlay`` holds, as JSON, the properties that the content cannot carry or that were set later.

``message_words`` is the full-text index, and lives by the same rule: row n is there as long as some message has n as
its ``words_id``. A message whose words are those of its content has the number of the content; one whose overlay says
otherwise has a negative number; ``null`` is a message with more text than is indexed. The columns hold text whose
ASCII words are those of :func:`msgcore.props.words.words` after folding without diacritics: ``people`` the names and
addresses of From, Sender, To, Cc and Bcc, ``files`` the names of attachments.
"""

from __future__ import annotations

from msgcore.providers.internal.watching import STORE_WATCH
from msgcore.runtime import Schema

__all__ = ["STORE_SCHEMA"]

_VERSION_1 = """
create table mailbox (
    id integer primary key,
    uid blob not null unique,
    name text not null,
    name_key blob not null unique,
    display_name text not null
);

create table mailbox_address (
    address_type text not null,
    address_key blob not null,
    address text not null,
    mailbox_id integer not null references mailbox (id) on delete cascade,
    is_primary integer not null,
    primary key (address_type, address_key)
) without rowid;
create index mailbox_address_of on mailbox_address (mailbox_id);

create table folder (
    id integer primary key autoincrement,
    mailbox_id integer not null references mailbox (id) on delete cascade,
    parent_id integer references folder (id) on delete cascade,
    name text not null,
    name_key blob not null,
    role text
);
create unique index folder_name on folder (parent_id, name_key);
create unique index folder_role on folder (mailbox_id, role) where role is not null;

create table content (
    id integer primary key autoincrement,
    hash blob not null unique,
    form text not null,
    octets blob not null
);

create table message (
    id integer primary key autoincrement,
    folder_id integer not null references folder (id) on delete cascade,
    content_id integer not null references content (id),
    words_id integer,
    overlay text,
    delivery_key blob unique,
    flags integer not null,
    message_class text not null,
    subject text,
    subject_key blob,
    from_name text,
    from_name_key blob,
    from_type text,
    from_address text,
    from_address_key blob,
    display_to text,
    display_to_key blob,
    display_cc text,
    internet_message_id text,
    importance integer not null,
    sensitivity integer not null,
    size_octets integer not null,
    submit_time integer,
    delivery_time integer not null,
    creation_time integer not null,
    modification_time integer not null
);
create index message_by_folder on message (folder_id);
create index message_by_time on message (folder_id, delivery_time);
create index message_by_sender on message (folder_id, from_address_key, delivery_time);
create index message_by_subject on message (folder_id, subject_key);
create index message_content on message (content_id);
create index message_words_id on message (words_id);
create index message_without_words on message (folder_id) where words_id is null;

create virtual table message_words using fts5 (
    subject, body, people, files, tokenize = 'ascii', columnsize = 0
);

create table named_property (
    mailbox_id integer not null references mailbox (id) on delete cascade,
    id integer not null,
    property_set blob not null,
    lid_or_name not null,
    primary key (mailbox_id, property_set, lid_or_name)
) without rowid;
create unique index named_property_id on named_property (mailbox_id, id);

create table submission (
    message_id integer primary key references message (id) on delete cascade,
    transfer_id text not null unique,
    state text not null,
    submitted_at integer not null,
    due_at integer not null,
    tries integer not null default 0,
    sender_type text,
    sender_address text,
    sender_name text,
    reason text not null default '',
    token integer not null default 0,
    holder text,
    locked_until real
);
create index submission_due on submission (state, due_at);

create table submission_recipient (
    message_id integer not null references submission (message_id) on delete cascade,
    position integer not null,
    kind integer not null,
    address_type text not null,
    address text not null,
    display_name text not null,
    transport text not null default '',
    outcome text not null default 'pending',
    code integer,
    enhanced text,
    reply text not null default '',
    stage text not null default '',
    note text not null default '',
    primary key (message_id, position)
) without rowid;
"""

STORE_SCHEMA = Schema("store", (_VERSION_1,), STORE_WATCH)
