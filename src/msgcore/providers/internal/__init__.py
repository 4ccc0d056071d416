"""The internal message store: mailboxes, folders, messages and an outgoing queue in one database."""

from msgcore.providers.internal.service import PersonalFoldersService as PersonalFoldersService
from msgcore.providers.internal.service import PostgresService as PostgresService
from msgcore.providers.internal.service import SqliteService as SqliteService
