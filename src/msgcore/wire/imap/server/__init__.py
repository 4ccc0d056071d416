"""The server's side of IMAP (RFC 9051, RFC 3501)."""

from msgcore.wire.imap.server.answer import Answer as Answer
from msgcore.wire.imap.server.handler import AppendedLetter as AppendedLetter
from msgcore.wire.imap.server.handler import Handler as Handler
from msgcore.wire.imap.server.handler import ServedAccount as ServedAccount
from msgcore.wire.imap.server.handler import ServedEntry as ServedEntry
from msgcore.wire.imap.server.handler import ServedMailbox as ServedMailbox
from msgcore.wire.imap.server.handler import ServedMessage as ServedMessage
from msgcore.wire.imap.server.handler import Taken as Taken
from msgcore.wire.imap.server.session import serve_session as serve_session
from msgcore.wire.imap.server.settings import BARE_IMAP as BARE_IMAP
from msgcore.wire.imap.server.settings import EVERY_IMAP_EXTENSION as EVERY_IMAP_EXTENSION
from msgcore.wire.imap.server.settings import USUAL_IMAP_EXTENSIONS as USUAL_IMAP_EXTENSIONS
from msgcore.wire.imap.server.settings import ServerSettings as ServerSettings
