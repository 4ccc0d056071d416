"""SASL (RFC 4422) for every protocol: mechanisms as small state objects, by the client's side and by the server's."""

from msgcore.wire.sasl.bearer import OAuthBearer as OAuthBearer
from msgcore.wire.sasl.bearer import XOAuth2 as XOAuth2
from msgcore.wire.sasl.binding import ChannelBinding as ChannelBinding
from msgcore.wire.sasl.binding import binding_of as binding_of
from msgcore.wire.sasl.binding import server_end_point as server_end_point
from msgcore.wire.sasl.choose import choose_mechanism as choose_mechanism
from msgcore.wire.sasl.cram_md5 import CramMd5 as CramMd5
from msgcore.wire.sasl.dialogue import Dialogue as Dialogue
from msgcore.wire.sasl.external import External as External
from msgcore.wire.sasl.mechanism import Credentials as Credentials
from msgcore.wire.sasl.mechanism import Mechanism as Mechanism
from msgcore.wire.sasl.mechanism import MechanismFactory as MechanismFactory
from msgcore.wire.sasl.plain import Login as Login
from msgcore.wire.sasl.plain import Plain as Plain
from msgcore.wire.sasl.scram import Scram as Scram
from msgcore.wire.sasl.server import Authenticator as Authenticator
from msgcore.wire.sasl.server import Exchange as Exchange
from msgcore.wire.sasl.server import Passwords as Passwords
