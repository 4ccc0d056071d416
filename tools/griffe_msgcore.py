"""An extension of griffe: the reference in ``docs/`` shows, too, what the code says in ways of its own.

- Values made with attrs have their signature; what is said of a field becomes a line of the class.
- The members of an enumeration, too, are lines and no headings.
- A method that says nothing says what the one does that it overrides.
- The blocking API says what its twin among the coroutines does (``twin_of``). Both are handed out and never made by
  callers, so how they are made is not shown.
- Roles (``:class:`Message```) become links to where the reference tells of it, if it does; and so do errors, also where
  a module raises them through others and does not import them.
- Examples behind ``::`` are code, and ``Raises (from every method):`` is a section.
- Defaults that are constants are told as their numbers.
- Of labels only those are shown that say how something is called.

The library is read, and not imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import griffe

__all__ = ["MsgcoreExtension"]

_ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod):`(~?)\.?([\w.]+)`")
_ERROR = re.compile(r"^ +\(?([A-Z]\w+(?:, [A-Z]\w+)*)\)?: ", re.MULTILINE)
_ATTRS = {"attrs.define", "attrs.frozen"}
_PUBLIC_DOTS = 2  # msgcore.spi.hooks; what lies deeper is known by its own name
_LABELS = {"async", "classmethod", "staticmethod"}


class MsgcoreExtension(griffe.Extension):
    """Changes the package once, when all of it was read."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        objects = list(_objects(pkg))
        classes = [one for one in objects if isinstance(one, griffe.Class)]
        for one in objects:
            if one.docstring:
                one.docstring.value = _as_markdown(_with_links(one.docstring.value, one))
                _know_errors(one.docstring.value, one.module, set(pkg["errors"].members))
        for one in classes:
            _learn_from_twin(one)
        for one in classes:
            _learn_from_bases(one)
        made_by_attrs = [one for one in classes if _attrs_decorator(one)]
        for one in made_by_attrs:
            _sign(one)
        # Only now: who inherits a field needs it as well.
        for one in made_by_attrs:
            _write_lines(one, {name: None for name, field in _fields(one) if _is_parameter(field)})
            for field in dict(_fields(one)).values():
                field.value = None
        for one in classes:
            if any(str(getattr(base, "canonical_path", base)).startswith("enum.") for base in one.bases):
                _write_lines(one, dict(_enumerated(one)))
        for one in classes:
            _drop_kept_arguments(one)
        for one in objects:
            one.labels &= _LABELS
            if isinstance(one, griffe.Function):
                _tell_defaults(one)


def _objects(within: griffe.Module | griffe.Class) -> Iterator[griffe.Object]:
    yield within
    for member in within.members.values():
        if isinstance(member, griffe.Module | griffe.Class):
            yield from _objects(member)
        elif isinstance(member, griffe.Object):
            yield member


def _with_links(text: str, at: griffe.Object) -> str:
    def link(role: re.Match[str]) -> str:
        first, dot, rest = role[2].partition(".")
        try:
            path = role[2] if first == "msgcore" else f"{at.resolve(first)}{dot}{rest}"
        except griffe.NameResolutionError:
            return f"`{role[2]}`"
        is_short = role[1] or role[2].count(".") > _PUBLIC_DOTS
        shown = role[2].rpartition(".")[2] if is_short else role[2]
        return f'<autoref identifier="{path}" optional><code>{shown}</code></autoref>'

    return _ROLE.sub(link, text)


def _as_markdown(text: str) -> str:
    """Let examples behind ``::`` be code, and ``Raises (from every method):`` a section with a sentence in front."""
    text = re.sub(r"^::\n+", "", text, flags=re.MULTILINE).replace("::\n\n", ":\n\n")
    return re.sub(r"^Raises \((.+)\):$", r"This is raised \1.\n\nRaises:", text, flags=re.MULTILINE)


def _know_errors(text: str, module: griffe.Module, errors: set[str]) -> None:
    """Give a module the errors that a docstring of it names, so that they can be resolved there."""
    for name in {name for raised in _ERROR.findall(text) for name in raised.split(", ")} & errors:
        if name not in module.members:
            module.set_member(name, griffe.Alias(name, f"msgcore.errors.{name}", parent=module))


def _learn_from_twin(blocking: griffe.Class) -> None:
    for decorator in blocking.decorators:
        call = decorator.value
        if not isinstance(call, griffe.ExprCall) or not decorator.callable_path.endswith(".twin_of"):
            continue
        inner = blocking.modules_collection[_path(call.arguments[0])]
        if blocking.docstring and inner.docstring:
            blocking.docstring.value = f"{inner.docstring.value}\n\n{blocking.docstring.value}"
        for name, member in blocking.members.items():
            if not member.docstring and name in inner.all_members:
                member.docstring = inner.all_members[name].docstring
        for base in (blocking, inner, *inner.mro()):
            base.members.pop("__init__", None)


def _learn_from_bases(of: griffe.Class) -> None:
    for name, member in of.members.items():
        told = (base.members[name].docstring for base in of.mro() if name in base.members)
        if not member.docstring and not name.startswith("_"):
            member.docstring = next((docstring for docstring in told if docstring), None)


def _path(of: str | griffe.Expr) -> str:
    return of if isinstance(of, str) else of.canonical_path


def _attrs_decorator(of: griffe.Class) -> griffe.Decorator | None:
    return next((decorator for decorator in of.decorators if decorator.callable_path in _ATTRS), None)


def _fields(of: griffe.Class) -> Iterator[tuple[str, griffe.Attribute]]:
    for name, member in of.members.items():
        if isinstance(member, griffe.Attribute) and member.annotation and "instance-attribute" in member.labels:
            yield name, member


def _enumerated(of: griffe.Class) -> Iterator[tuple[str, str]]:
    """Give the members of an enumeration with their values, as they are written: MAPI's numbers are hexadecimal."""
    for name, member in of.members.items():
        if isinstance(member, griffe.Attribute) and not name.startswith("_") and "class-attribute" in member.labels:
            written = member.source.partition(" = ")[2].partition("  #")[0].strip()
            if "\n" in written:
                written = str(member.value)
            yield name, "" if "auto()" in written else f" = `{written}`"


def _tell_defaults(function: griffe.Function) -> None:
    """Let defaults that are named constants be told as numbers, where they are, and else be left open."""
    for parameter in function.parameters:
        if not isinstance(parameter.default, griffe.ExprName):
            continue
        try:
            constant = function.modules_collection[parameter.default.canonical_path]
        except KeyError:
            continue
        if isinstance(constant, griffe.Attribute) and re.fullmatch(r"[\d_.]+", str(constant.value)):
            parameter.default = constant.value
        elif parameter.default.name.startswith("_"):
            parameter.default = "…"


def _arguments(call: object) -> dict[str, Any]:
    """Give what is named in a call."""
    given = call.arguments if isinstance(call, griffe.ExprCall) else ()
    return {one.name: one.value for one in given if isinstance(one, griffe.ExprKeyword)}


def _told(field: griffe.Attribute) -> dict[str, Any]:
    """Give what ``attrs.field`` is told of a field, or would be."""
    if isinstance(field.value, griffe.ExprCall) and field.value.canonical_path == "attrs.field":
        return _arguments(field.value)
    return {} if field.value is None else {"default": field.value}


def _is_parameter(field: griffe.Attribute) -> bool:
    return _told(field).get("init") != "False"


def _sign(of: griffe.Class) -> None:
    if "__init__" in of.members:
        return
    parameters = {
        parameter.name: parameter
        for base in (*reversed(of.mro()), of)
        for decorator in [_attrs_decorator(base)]
        if decorator
        for name, field in _fields(base)
        if _is_parameter(field)
        for parameter in [_parameter(name, field, _arguments(decorator.value).get("kw_only") == "True")]
    }
    in_order = sorted(parameters.values(), key=lambda one: one.kind is griffe.ParameterKind.keyword_only)
    of.set_member("__init__", griffe.Function("__init__", parameters=griffe.Parameters(*in_order), parent=of))


def _parameter(name: str, field: griffe.Attribute, is_keyword_only: bool) -> griffe.Parameter:
    told = _told(field)
    default = told.get("default")
    if "factory" in told or str(default).startswith(("_", "attrs.Factory")):
        default = "…"
    is_keyword_only = is_keyword_only or told.get("kw_only") == "True"
    return griffe.Parameter(
        name.lstrip("_"),
        annotation=_taken(field, told.get("converter")),
        kind=griffe.ParameterKind.keyword_only if is_keyword_only else griffe.ParameterKind.positional_or_keyword,
        default=default,
    )


def _taken(field: griffe.Attribute, converter: object) -> str | griffe.Expr | None:
    """Say what may be given for a field: what its converter takes."""
    if isinstance(converter, griffe.Expr):
        try:
            function = field.modules_collection[converter.canonical_path]
        except KeyError:
            function = None
        if isinstance(function, griffe.Function) and function.parameters:
            return function.parameters[0].annotation
    return field.annotation


def _drop_kept_arguments(of: griffe.Class) -> None:
    """Take attributes from the members that are what ``__init__`` was given, under the same name."""
    init = of.members.get("__init__")
    given = {one.name for one in init.parameters} if isinstance(init, griffe.Function) else set[str]()
    for name in given & of.members.keys():
        member = of.members[name]
        if (
            isinstance(member, griffe.Attribute)
            and not member.docstring
            and str(member.value) in {name, f"tuple({name})"}
        ):
            del of.members[name]


def _write_lines(of: griffe.Class, shown: Mapping[str, str | None]) -> None:
    """Write what is said of some attributes into the docstring of their class, and take them from its members.

    Each is shown with its value; with ``None`` only if something is said of it.
    """
    lines: list[str] = []
    for name, value in shown.items():
        text = _text(of.members.pop(name))
        if text or value is not None:
            lines.append(f"- `{name}`{value or ''}{': ' if text else ''}{text}".replace("\n", "\n    "))
    if lines and of.docstring:
        said, heading, sections = of.docstring.value.partition("\n\nRaises:\n")
        between = "\n\n" if any("\n\n" in line for line in lines) else "\n"
        of.docstring.value = said + "\n\n" + between.join(lines) + heading + sections


def _text(of: griffe.Object | griffe.Alias) -> str:
    """Give what is said of an attribute: in a docstring, or as a setting of a service."""
    if of.docstring:
        return of.docstring.value
    metadata = _told(of).get("metadata") if isinstance(of, griffe.Attribute) else None
    if isinstance(metadata, griffe.ExprCall) and metadata.canonical_path.endswith(".setting"):
        return str(metadata.arguments[0]).strip("\"'")
    return ""
