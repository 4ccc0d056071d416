"""POP3 (RFC 1939, RFC 2449, RFC 2595, RFC 5034, RFC 6856), by the client's side."""

from msgcore.wire.pop3.account import Pop3Server as Pop3Server
from msgcore.wire.pop3.capabilities import NEVER as NEVER
from msgcore.wire.pop3.capabilities import Capabilities as Capabilities
from msgcore.wire.pop3.conversation import Conversation as Conversation
from msgcore.wire.pop3.listing import Listing as Listing
from msgcore.wire.pop3.login import ask_capabilities as ask_capabilities
from msgcore.wire.pop3.login import greet as greet
from msgcore.wire.pop3.login import log_in as log_in
from msgcore.wire.pop3.login import secure as secure
from msgcore.wire.pop3.login import start_tls as start_tls
from msgcore.wire.pop3.session import Pop3Session as Pop3Session
from msgcore.wire.pop3.session import open_session as open_session
from msgcore.wire.pop3.window import MESSAGE_OCTETS as MESSAGE_OCTETS
from msgcore.wire.pop3.window import Drained as Drained
from msgcore.wire.pop3.window import Until as Until
