"""The server's side of SMTP (RFC 5321) and LMTP (RFC 2033)."""

from msgcore.wire.smtp.server.guard import Guard as Guard
from msgcore.wire.smtp.server.handler import BodyKind as BodyKind
from msgcore.wire.smtp.server.handler import Client as Client
from msgcore.wire.smtp.server.handler import Handler as Handler
from msgcore.wire.smtp.server.handler import MailFacts as MailFacts
from msgcore.wire.smtp.server.session import serve_session as serve_session
from msgcore.wire.smtp.server.settings import EVERY_EXTENSION as EVERY_EXTENSION
from msgcore.wire.smtp.server.settings import USUAL_EXTENSIONS as USUAL_EXTENSIONS
from msgcore.wire.smtp.server.settings import ServerSettings as ServerSettings
