"""Reading message rows: the SQL of one transaction, on a connection that is handed in, and messages made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, overload

from msgcore.base.octets import USUAL_LIMITS
from msgcore.codecs import read_message
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.providers.internal.columns import columns_of_store
from msgcore.providers.internal.content_reader import read_limited
from msgcore.providers.internal.standing import missing_message
from msgcore.runtime import Connection
from msgcore.spi.kept import STORE_SAYS
from msgcore.spi.overlay import lay_over, overlay_from_json

__all__ = ["KeptContent", "clean", "load_message", "read_content", "read_record", "storable"]


@overload
def clean(text: str) -> str: ...
@overload
def clean(text: str | None) -> str | None: ...
def clean(text: str | None) -> str | None:
    """Give text as a promoted column holds it: a lone surrogate becomes a question mark."""
    return text if text is None or text.isascii() else text.encode("utf-8", "replace").decode()


def storable(text: str) -> str:
    """Give text that every other column can hold: also without NUL, of which PostgreSQL's text has none."""
    return clean(text).replace("\0", "")


class KeptContent(NamedTuple):
    """What a message is made of: its octets, in their form, and what lies over them."""

    octets: bytes
    form: str
    overlay: str | None


def read_content(connection: Connection, number: int) -> KeptContent:
    """Read a message's content; one that is larger than what can be read, without its large attachments.

    Raises:
        NotFound: it is gone.
    """
    row = connection.row("select content_id, overlay from message where id = ?", (number,))
    if row is None:
        raise missing_message(connection, number)
    content = read_limited(connection, row[0], USUAL_LIMITS.total_octets)
    return KeptContent(content.octets, content.form, row[1])


def read_record(connection: Connection, uid: bytes, number: int) -> Mapping[PropertyKey, object]:
    """Read what the store says about a message, beside what the message says itself.

    Raises:
        NotFound: it is gone.
    """
    columns = [column for tag, column in columns_of_store(uid).items() if tag in STORE_SAYS]
    names = ", ".join(column.name for column in columns)
    row = connection.row(f"select {names} from message where id = ?", (number,))
    if row is None:
        raise missing_message(connection, number)
    return {column.tag: column.from_sql(value) for column, value in zip(columns, row, strict=True) if value is not None}


def load_message(content: KeptContent, computed: Mapping[PropertyKey, object]) -> Message:
    """Put a message together: its content, the overlay as changes, the store's own properties as facts."""
    message = read_message(content.octets, form=content.form)
    lay_over(message, overlay_from_json(content.overlay))
    for tag, value in computed.items():
        message.properties_set.preset(tag, value)
    return message
