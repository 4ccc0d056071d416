"""The server's side of POP3 (RFC 1939)."""

from msgcore.wire.pop3.server.answer import Answer as Answer
from msgcore.wire.pop3.server.handler import Handler as Handler
from msgcore.wire.pop3.server.handler import ServedMaildrop as ServedMaildrop
from msgcore.wire.pop3.server.session import serve_session as serve_session
from msgcore.wire.pop3.server.settings import EVERY_CAPABILITY as EVERY_CAPABILITY
from msgcore.wire.pop3.server.settings import USUAL_CAPABILITIES as USUAL_CAPABILITIES
from msgcore.wire.pop3.server.settings import ServerSettings as ServerSettings
