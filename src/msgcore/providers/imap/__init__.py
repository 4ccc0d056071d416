"""A message store at an IMAP server: the service ``imap``, by URL and of a profile."""

from msgcore.providers.imap.config import ImapConfig as ImapConfig
from msgcore.providers.imap.service import ImapService as ImapService
from msgcore.providers.imap.store import ImapStore as ImapStore
