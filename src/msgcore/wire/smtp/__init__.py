"""SMTP (RFC 5321): the conversation of a client, and that of a server."""

from msgcore.wire.smtp.client import authenticate as authenticate
from msgcore.wire.smtp.client import greet as greet
from msgcore.wire.smtp.client import quit_session as quit_session
from msgcore.wire.smtp.client import start_tls as start_tls
from msgcore.wire.smtp.extensions import Extensions as Extensions
from msgcore.wire.smtp.server import EVERY_EXTENSION as EVERY_EXTENSION
from msgcore.wire.smtp.server import USUAL_EXTENSIONS as USUAL_EXTENSIONS
from msgcore.wire.smtp.server import BodyKind as BodyKind
from msgcore.wire.smtp.server import Client as Client
from msgcore.wire.smtp.server import Handler as Handler
from msgcore.wire.smtp.server import MailFacts as MailFacts
from msgcore.wire.smtp.server import ServerSettings as ServerSettings
from msgcore.wire.smtp.server import serve_session as serve_session
from msgcore.wire.smtp.transmit import ANSWER_SECONDS as ANSWER_SECONDS
from msgcore.wire.smtp.transmit import Transaction as Transaction
from msgcore.wire.smtp.transmit import transmit as transmit
from msgcore.wire.smtp.transmit import transmit_all as transmit_all
