"""The public names of msgcore with their signatures, as lines; ``python -m tests.floors.api`` writes the list anew.

A name is public where a room's ``__init__`` exports it; the properties are left out, for their table is generated. A
class has a line for each public name that it has of ours; where it is exported again, one line says so.
"""

from __future__ import annotations

import enum
import importlib
import inspect
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import cast

__all__ = ["LIST", "MODULES", "lines"]

LIST = Path(__file__).parent / "api.txt"
MODULES = (
    "msgcore",
    "msgcore.aio",
    "msgcore.codecs",
    "msgcore.codecs.mime",
    "msgcore.codecs.msg",
    "msgcore.codecs.rtf",
    "msgcore.codecs.tnef",
    "msgcore.errors",
    "msgcore.model",
    "msgcore.mta",
    "msgcore.mta.listener",
    "msgcore.props",
    "msgcore.runtime",
    "msgcore.spi",
    "msgcore.testing.servers",
    "msgcore.transfer",
)
PARTS = {
    "msgcore.props.computed": ("Owner", "owner_of"),
    "msgcore.props.data_form": ("restriction_from_data", "restriction_to_data"),
    "msgcore.props.restriction": ("Content", "ContentMode"),
    "msgcore.props.text_form": (
        "format_restriction",
        "format_sort_order",
        "parse_columns",
        "parse_restriction",
        "parse_sort_order",
    ),
    "msgcore.props.wire": (
        "WireForm",
        "decode_restriction",
        "decode_value",
        "encode_restriction",
        "encode_value",
        "tag_from_wire",
    ),
    "msgcore.runtime.dns": ("DnsKind", "DnsSettings", "Resolver"),
    "msgcore.wire.imap": ("ImapServer", "QUIRKS", "key", "not_", "open_session", "or_"),
}
"""Modules of which only these names are public."""
_LONG = 100


def lines() -> list[str]:
    known: dict[type, str] = {}
    return [line for name in sorted([*MODULES, *PARTS]) for line in _of_module(name, known)]


def _of_module(name: str, known: dict[type, str]) -> Iterator[str]:
    module = importlib.import_module(name)
    for exported in PARTS.get(name) or _exported(module):
        value, full = getattr(module, exported), f"{name}.{exported}"
        if isinstance(value, type) and value in known:
            yield f"{full} is {known[value]}"
        elif isinstance(value, type) and value.__module__.startswith("msgcore"):
            known[value] = full
            yield f"{full}: class{_bases(value)}"
            yield from (f"{full}{line}" for line in _of_class(value))
        elif not isinstance(value, types.ModuleType):
            yield f"{full}{_shown(value)}"


def _exported(module: types.ModuleType) -> list[str]:
    """Give the names in ``__all__``, else those that are bound without an underscore, but not what is generated."""
    named: list[str] = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    return sorted(name for name in set(named) if not name.startswith(("PidTag", "PidLid", "PidName")))


def _bases(of: type) -> str:
    names = [base.__name__ for base in of.__bases__ if base is not object]
    return f"({', '.join(names)})" if names else ""


def _of_class(of: type) -> Iterator[str]:
    if enum.Enum not in of.__mro__:
        yield f"{_signature(of)}"
    for name, value in sorted(_members(of).items()):
        if isinstance(value, (staticmethod, classmethod)):
            wrapped = cast("staticmethod[..., object]", value)
            yield f".{name}: {type(wrapped).__name__} {_signature(wrapped.__func__)}"
        elif isinstance(value, enum.Enum):
            yield f".{name} = {value.value!r}"
        elif isinstance(value, property) or inspect.isdatadescriptor(value):
            yield f".{name}: {_returned(getattr(value, 'fget', None)) or 'field'}"
        elif callable(value):
            yield f".{name}{_shown(value)}"


def _members(of: type) -> dict[str, object]:
    """Give what a class has of its own or from bases of ours, that is public."""
    found: dict[str, object] = {}
    for base in reversed(of.__mro__):
        if base.__module__.startswith("msgcore"):
            found |= {name: value for name, value in vars(base).items() if not name.startswith("_")}
    return found


def _shown(value: object) -> str:
    if callable(value) and not isinstance(value, type):
        return ("" if not inspect.iscoroutinefunction(value) else " async ") + _signature(value)
    return f": {type(value).__name__}"


def _returned(function: object) -> str | None:
    if function is None:
        return None
    annotation = inspect.signature(function).return_annotation  # type: ignore[arg-type]  # what a property gets with
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _signature(of: object) -> str:
    # Of what is not written in Python, and of protocols, each version of Python says something else.
    made_by = of.__init__ if isinstance(of, type) else inspect.unwrap(of)  # type: ignore[misc, arg-type]
    if not inspect.isfunction(made_by) or getattr(of, "_is_protocol", False):
        return "(…)"
    signature = inspect.signature(of)  # type: ignore[arg-type]  # whatever can be called
    parameters = [
        one.replace(annotation=_annotation(one.annotation), default=_default(one.default))
        for one in signature.parameters.values()
    ]
    returned = _annotation(signature.return_annotation)
    return str(signature.replace(parameters=parameters, return_annotation=returned))


class _Written:
    """What shows as it is written."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _annotation(of: object) -> object:
    return _Written(of) if isinstance(of, str) else of


def _default(of: object) -> object:
    if of is inspect.Parameter.empty or of is None:
        return of
    if isinstance(of, frozenset):
        return _Written(f"{{{', '.join(sorted(map(repr, cast(frozenset[object], of))))}}}")
    # Enumerations are told by name; where an object lies says nothing.
    text = re.sub(r"<([\w.|]+): [^<>]*>", r"\1", repr(of))
    return _Written("…" if len(text) > _LONG or re.search("<|0x", text) else text)


if __name__ == "__main__":
    LIST.write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")
