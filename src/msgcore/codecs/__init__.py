"""Floor 3: messages in their forms on disk and on the wire."""

from msgcore.codecs.convert import form_of_octets as form_of_octets
from msgcore.codecs.convert import read_message as read_message
from msgcore.codecs.convert import write_message as write_message
