"""Property values, tags and restrictions as octets: ROP buffers and rules, TNEF, and .msg files.

:func:`encode_value` and :func:`decode_value` are one value by itself; codecs use :class:`ValueReader` and
:class:`ValueWriter`, which go through a buffer.
"""

from msgcore.props.wire.forms import WireForm as WireForm
from msgcore.props.wire.forms import WireObject as WireObject
from msgcore.props.wire.forms import has_form as has_form
from msgcore.props.wire.forms import is_in_stream as is_in_stream
from msgcore.props.wire.msg_streams import IN_STREAMS as IN_STREAMS
from msgcore.props.wire.msg_streams import decode_streams as decode_streams
from msgcore.props.wire.msg_streams import encode_streams as encode_streams
from msgcore.props.wire.msg_streams import slot_of_stream as slot_of_stream
from msgcore.props.wire.reading import ValueReader as ValueReader
from msgcore.props.wire.reading import decode_restriction as decode_restriction
from msgcore.props.wire.reading import decode_value as decode_value
from msgcore.props.wire.tags import tag_from_wire as tag_from_wire
from msgcore.props.wire.tags import tag_to_wire as tag_to_wire
from msgcore.props.wire.writing import ValueWriter as ValueWriter
from msgcore.props.wire.writing import encode_restriction as encode_restriction
from msgcore.props.wire.writing import encode_value as encode_value
