"""Hypothesis strategies for tests of providers, codecs, transports and gateways.

Each public name is a function that gives a strategy, as in hypothesis itself; its docstring says what is generated and
what is not. Everything shrinks towards what is short and plain: one chunk, one part, ASCII, no properties.

Raises:
    MissingExtra: hypothesis is not installed; it comes with the extra ``test``.
"""

from importlib.util import find_spec

from msgcore.errors import MissingExtra

if find_spec("hypothesis") is None:
    raise MissingExtra("test", "msgcore.testing.strategies")

from msgcore.testing.strategies.addresses import addresses as addresses
from msgcore.testing.strategies.addresses import bare_names as bare_names
from msgcore.testing.strategies.addresses import recipients as recipients
from msgcore.testing.strategies.addresses import smtp_addresses as smtp_addresses
from msgcore.testing.strategies.addresses import typed_addresses as typed_addresses
from msgcore.testing.strategies.cuts import cuts_of as cuts_of
from msgcore.testing.strategies.cuts import places_in as places_in
from msgcore.testing.strategies.damage import damaged_mime as damaged_mime
from msgcore.testing.strategies.damage import mail_octets as mail_octets
from msgcore.testing.strategies.envelopes import envelopes as envelopes
from msgcore.testing.strategies.envelopes import outcomes as outcomes
from msgcore.testing.strategies.messages import attachments as attachments
from msgcore.testing.strategies.messages import composed_messages as composed_messages
from msgcore.testing.strategies.messages import messages as messages
from msgcore.testing.strategies.messages import moments as moments
from msgcore.testing.strategies.messages import read_messages as read_messages
from msgcore.testing.strategies.mime_trees import MimeEntity as MimeEntity
from msgcore.testing.strategies.mime_trees import MimeTree as MimeTree
from msgcore.testing.strategies.mime_trees import mime_trees as mime_trees
from msgcore.testing.strategies.object_messages import object_messages as object_messages
from msgcore.testing.strategies.properties import KEPT_TYPES as KEPT_TYPES
from msgcore.testing.strategies.properties import bags as bags
from msgcore.testing.strategies.properties import properties as properties
from msgcore.testing.strategies.properties import values as values
from msgcore.testing.strategies.restrictions import few_texts as few_texts
from msgcore.testing.strategies.restrictions import few_values as few_values
from msgcore.testing.strategies.restrictions import restrictions as restrictions
from msgcore.testing.strategies.restrictions import sort_orders as sort_orders
from msgcore.testing.strategies.restrictions import table_restrictions as table_restrictions
from msgcore.testing.strategies.tables import MESSAGE_TAGS as MESSAGE_TAGS
from msgcore.testing.strategies.tables import incoming as incoming
from msgcore.testing.strategies.tables import messages_to_find as messages_to_find
from msgcore.testing.strategies.texts import body_texts as body_texts
from msgcore.testing.strategies.texts import header_texts as header_texts
from msgcore.testing.strategies.texts import long_header_texts as long_header_texts
