"""The store's tables. Times are FILETIMEs; ``*_key`` columns hold folded text for search and sort.

A content row is one message as it came in, single-instance by hash: it lives as long as some message names it. Its
``octets`` are the message; of one with large parts they are its skeleton, and ``content_piece`` has the whole in
pieces. ``overlay`` holds, as JSON, the properties that the content cannot carry or that were set later. Where these
have a hand in the words, the content is one of its own: its hash goes on behind that of the octets. So it does where
``form`` is not MIME: no octets are ever taken for another form's.

``message_words`` is the full-text index: row n has the words of content n, and stays when that goes; ``words_index``
says by which version of Unicode it was made, and how many contents there had been then, and were. A message whose
``is_indexed`` is 0 has more text than is indexed. The columns hold text whose ASCII words are those of
:func:`msgcore.props.words.words` after folding without diacritics: ``people`` the names and addresses of From, Sender,
To, Cc and Bcc, ``files`` the names of attachments, ``attachments`` what hooks make of these (msgcore.spi.texts).

**Change numbers** are given by the mailbox, one to each change of an object, in the order of commits. Of a message,
``change_number`` is its last change, ``content_number`` the last of what it says, ``arrived_number`` when it came
into its folder and ``created_number`` when into the mailbox. A row of ``gone`` says that an object left a folder, for
good or (``is_move``) for another one, and keeps the numbers that it had. ``section`` is 0 for what people see, 1 for
associated contents, 2 for what is deleted and may be restored; ``message_count`` and ``unread_count`` of a folder are
of section 0, or of the links of a search folder. A backup is another ``epoch`` of the mailbox: what it goes on with
from ``epoch_number`` on is not what the mailbox itself went on with.

A **submission** names its message in the outbox, and in ``preprocessed_id`` what hooks made of it: another message, in
the associated contents of the outbox until the submission ends, or the same one.

A **journal** says what is known of one account that mail is retrieved from. ``message_id`` of an entry names the
message that it became and is no reference: it stays when that is gone. The entries lie in the order in which they came,
for some have a header and most have none; the index of their keys is small.

A table without rowids begins with the columns of its key: in one that does not, the integrity check of SQLite 3.40
finds a NULL where there is none.
"""

from __future__ import annotations

from msgcore.providers.internal import schema_postgres
from msgcore.runtime import Engine, Schema

__all__ = ["STORE_SCHEMA"]

_VERSION_1 = """
create table mailbox (
    id integer primary key,
    uid blob not null unique,
    name text not null,
    name_key blob not null unique,
    display_name text not null,
    epoch blob not null,
    epoch_number integer not null default 0,
    change_number integer not null default 0,
    forgotten_number integer not null default 0
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
    role text,
    search text,
    properties text,
    message_count integer not null default 0,
    unread_count integer not null default 0,
    created_number integer not null,
    change_number integer not null
);
create unique index folder_name on folder (parent_id, name_key);
create unique index folder_role on folder (mailbox_id, role) where role is not null;

create table receive_folder (
    mailbox_id integer not null references mailbox (id) on delete cascade,
    class_key blob not null,
    message_class text not null,
    folder_id integer not null references folder (id) on delete cascade,
    primary key (mailbox_id, class_key)
) without rowid;

create table content (
    id integer primary key autoincrement,
    hash blob not null unique,
    form text not null,
    size_octets integer not null,
    packing integer not null,
    octets blob not null,
    parts text
);

create table content_piece (
    content_id integer not null references content (id) on delete cascade,
    position integer not null,
    octets blob not null
);
create unique index content_piece_of on content_piece (content_id, position);

create table message (
    id integer primary key autoincrement,
    folder_id integer not null references folder (id) on delete cascade,
    section integer not null default 0,
    content_id integer not null references content (id),
    is_indexed integer not null,
    overlay text,
    delivery_key blob,
    created_number integer not null,
    arrived_number integer not null,
    content_number integer not null,
    change_number integer not null,
    deleted_time integer,
    flags integer not null,
    status integer not null default 0,
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
create index folder_of_mailbox on folder (mailbox_id);
create index receive_folder_of on receive_folder (folder_id);
create index message_by_time on message (folder_id, section, delivery_time);
create index message_by_sender on message (folder_id, section, from_address_key, delivery_time);
create index message_by_subject on message (folder_id, section, subject_key);
create index message_by_change on message (folder_id, change_number);
create index message_content on message (content_id);
create unique index message_delivery_key on message (delivery_key) where delivery_key is not null;
create index message_deleted on message (deleted_time) where deleted_time is not null;
create index message_without_words on message (folder_id) where is_indexed = 0;
-- The last: of indexes that serve alike SQLite takes the newest, and this one gives rows in the order they lie in.
create index message_by_folder on message (folder_id, section);

create virtual table message_words using fts5 (
    subject, body, people, files, attachments, content = '', tokenize = 'ascii', columnsize = 0
);
-- Twice as many pieces of the index as is usual before they are put together: a tenth less work for each message.
insert into message_words (message_words, rank) values ('automerge', 8);

create table words_index (
    id integer primary key check (id = 1),
    unicode_version text not null,
    last_content integer not null,
    contents integer not null
);

create table search_link (
    folder_id integer not null references folder (id) on delete cascade,
    message_id integer not null references message (id) on delete cascade,
    primary key (folder_id, message_id)
) without rowid;
create index search_link_of on search_link (message_id);

create table receipt (
    message_id integer primary key references message (id) on delete cascade,
    is_read integer not null,
    since integer not null
);

create table gone (
    mailbox_id integer not null references mailbox (id) on delete cascade,
    number integer not null,
    folder_id integer not null,
    object_id integer not null,
    is_folder integer not null,
    is_move integer not null,
    is_associated integer not null,
    created_number integer not null,
    arrived_number integer not null,
    primary key (mailbox_id, number)
) without rowid;
create index gone_from on gone (folder_id, number);

create table journal (
    id integer primary key,
    mailbox_id integer not null references mailbox (id) on delete cascade,
    account blob not null
);
create unique index journal_of on journal (mailbox_id, account);

create table journal_entry (
    journal_id integer not null references journal (id) on delete cascade,
    unique_id blob not null,
    fingerprint blob not null,
    size_octets integer not null,
    first_seen integer not null,
    status integer not null,
    missing_since integer,
    message_id integer,
    header blob not null default x'',
    primary key (journal_id, unique_id, fingerprint)
);

create table named_property (
    mailbox_id integer not null references mailbox (id) on delete cascade,
    property_set blob not null,
    lid_or_name not null,
    id integer not null,
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

_VERSION_2 = """
alter table submission_recipient add column details text;
"""

_VERSION_3 = """
alter table submission add column internet_message_id text;
alter table submission add column not_before integer;
alter table submission add column expires_at integer;
alter table submission add column at_least_once integer not null default 0;
alter table submission add column preprocessed_id integer;
update submission set internet_message_id = (select internet_message_id from message where message.id = message_id);
create index submission_message on submission (internet_message_id);
create index submission_preprocessed on submission (preprocessed_id) where preprocessed_id is not null;
"""

# Whoever takes the next of ten thousand that are due finds it where the last one was.
_VERSION_4 = """
create index submission_order on submission (state, submitted_at, message_id);
"""

STORE_SCHEMA = Schema(
    "store",
    {
        Engine.SQLITE: (_VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4),
        Engine.POSTGRES: (
            schema_postgres.VERSION_1,
            schema_postgres.VERSION_2,
            schema_postgres.VERSION_3,
            _VERSION_4,
        ),
    },
)
