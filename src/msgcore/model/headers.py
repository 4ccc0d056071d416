"""Header fields of a message, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast, overload

from msgcore.base.text import refuse_line_ends
from msgcore.errors import PropertyNotFound, UsageError

__all__ = ["Header", "Headers", "HeadersLike", "own_headers"]


class Header(NamedTuple):
    """One field: its name as written, and its value, unfolded and decoded."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Headers(Sequence[Header]):
    """All fields in order; names compare without case."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[Header] = ()) -> None:
        self._fields = tuple(fields)

    @overload
    def __getitem__(self, index: int) -> Header: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Header, ...]: ...
    @overload
    def __getitem__(self, index: str) -> str: ...
    def __getitem__(self, index: int | slice | str) -> Header | tuple[Header, ...] | str:
        """Give a field by its place, or the value of the first field of a name.

        Raises:
            PropertyNotFound: no field is called so.
        """
        if not isinstance(index, str):
            return self._fields[index]
        found = self.get(index)
        if found is None:
            raise PropertyNotFound(f"header {index}")
        return found

    def __contains__(self, field: object) -> bool:
        """Say whether a field is called so; or, of a :class:`Header`, whether there is just this one."""
        return self.get(field) is not None if isinstance(field, str) else field in self._fields

    def __len__(self) -> int:
        return len(self._fields)

    def __iter__(self) -> Iterator[Header]:
        return iter(self._fields)

    def get(self, name: str, default: str | None = None) -> str | None:
        """Give the value of the first field called ``name``, or ``default``."""
        wanted = name.lower()
        return next((field.value for field in self._fields if field.name.lower() == wanted), default)

    def get_all(self, name: str) -> tuple[str, ...]:
        """Give the values of every field called ``name``, in order."""
        wanted = name.lower()
        return tuple(field.value for field in self._fields if field.name.lower() == wanted)

    def __repr__(self) -> str:
        return f"Headers({len(self._fields)} fields)"


HeadersLike = Mapping[str, str] | Iterable[tuple[str, str] | Header]
"""Header fields by name, or in order with their names."""

# Fields that a property or argument of their own writes, or that the writer derives.
_OWNED = frozenset(
    [
        "from",
        "sender",
        "to",
        "cc",
        "bcc",
        "reply-to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "importance",
        "sensitivity",
        "mime-version",
    ]
)


def own_headers(given: HeadersLike) -> tuple[Header, ...]:
    """Check header fields that an application adds.

    Raises:
        UsageError: these are no fields; a name is no field name, or belongs to an argument or to the MIME writer.
        InjectionRefused: a name or value holds CR, LF or NUL.
    """
    if given == ():
        return ()
    pairs = cast("Mapping[str, str]", given).items() if isinstance(given, Mapping) else given
    try:
        fields = tuple([pair if isinstance(pair, Header) else Header(*pair) for pair in pairs])
    except TypeError as error:
        kind = type(cast(object, given)).__name__
        raise UsageError(f"headers: need a mapping, or pairs of name and value, got {kind}") from error
    for field in fields:
        refuse_line_ends(field.value, f"header {field.name}")
        refuse_line_ends(field.name, "header name")
        if not field.name or not all("!" <= c <= "~" and c != ":" for c in field.name):
            raise UsageError(f"{field.name!r} is no header field name")
        lowered = field.name.lower()
        if lowered in _OWNED or lowered.startswith("content-"):
            raise UsageError(f"header {field.name}: set the argument or property that stands for it")
    return fields
