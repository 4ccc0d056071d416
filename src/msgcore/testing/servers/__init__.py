"""Servers on this machine, on msgcore's own server conversations, with faults on demand."""

from msgcore.testing.servers.faults import Fault as Fault
from msgcore.testing.servers.imap import LoopbackImapServer as LoopbackImapServer
from msgcore.testing.servers.imap_quirks import ImapQuirks as ImapQuirks
from msgcore.testing.servers.maildrops import Pop3Quirks as Pop3Quirks
from msgcore.testing.servers.pop3 import LoopbackPop3Server as LoopbackPop3Server
from msgcore.testing.servers.smtp import LoopbackSmtpServer as LoopbackSmtpServer
from msgcore.testing.servers.smtp import ReceivedMessage as ReceivedMessage
from msgcore.wire.imap.server import BARE_IMAP as BARE_IMAP
from msgcore.wire.imap.server import EVERY_IMAP_EXTENSION as EVERY_IMAP_EXTENSION
from msgcore.wire.imap.server import USUAL_IMAP_EXTENSIONS as USUAL_IMAP_EXTENSIONS
from msgcore.wire.pop3.server import EVERY_CAPABILITY as EVERY_CAPABILITY
from msgcore.wire.pop3.server import USUAL_CAPABILITIES as USUAL_CAPABILITIES
from msgcore.wire.smtp.server import EVERY_EXTENSION as EVERY_EXTENSION
from msgcore.wire.smtp.server import USUAL_EXTENSIONS as USUAL_EXTENSIONS
