"""Floor 3: messages in their forms on disk and on the wire."""

from msgcore.codecs.forms import form_of_octets as form_of_octets
from msgcore.codecs.forms import read_message as read_message
from msgcore.codecs.forms import write_message as write_message
