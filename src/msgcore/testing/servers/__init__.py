"""Servers on this machine, on msgcore's own server conversations, with faults on demand."""

from msgcore.testing.servers.faults import Fault as Fault
from msgcore.testing.servers.smtp import LoopbackSmtpServer as LoopbackSmtpServer
from msgcore.testing.servers.smtp import ReceivedMessage as ReceivedMessage
from msgcore.wire.smtp.server import EVERY_EXTENSION as EVERY_EXTENSION
from msgcore.wire.smtp.server import USUAL_EXTENSIONS as USUAL_EXTENSIONS
