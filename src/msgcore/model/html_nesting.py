"""HTML tags that are properly nested: every start tag has its end, in its turn, whatever the input says.

What browsers repair is repaired as far as mail needs it: end tags that may be left out, end tags without a start, tags
that overlap. Nesting is bounded, since every reader of HTML behind this one pays for its depth; what nests deeper is
kept as content of the level above.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgcore.model.html_tokens import Tag, Token, end_tag, tokens_of

__all__ = ["DEEPEST", "VOID", "nested_tokens"]

DEEPEST = 200
_MOST_FORMATTING = 30

VOID = frozenset(
    {
        *("area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen"),
        *("link", "meta", "param", "source", "track", "wbr"),
    }
)
_FORMATTING = frozenset(
    {
        *("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"),
    }
)
_CELLS = frozenset({"td", "th", "caption"})
_SCOPED = _CELLS | {"table"}
_TABLE_PARTS = frozenset({"table", "tbody", "thead", "tfoot", "tr", *_CELLS})

# What a start tag ends (HTML standard section 13.1.2.4): a paragraph, whatever else is open in it, and these when they
# are innermost.
_ENDS_PARAGRAPH = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dir", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
        *("hr", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "ul"),
    }
)
_ENDED_BY: dict[str, frozenset[str]] = {
    "li": frozenset({"li"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"dt", "dd"})),
    **dict.fromkeys(_CELLS, _CELLS),
    "tr": _CELLS | {"tr"},
    **dict.fromkeys(("tbody", "thead", "tfoot"), _CELLS | {"tr", "tbody", "thead", "tfoot"}),
    "option": frozenset({"option"}),
    "a": frozenset({"a"}),
}
_ENDING = _ENDS_PARAGRAPH.union(_ENDED_BY)
_FRAME = frozenset({"html", "head"})


def nested_tokens(html: str) -> Iterator[Token]:
    """Cut HTML into tags that nest, texts and raw elements; ``html`` and ``head`` are left out, ``body`` ends last.

    A :data:`VOID` element has a start tag only.
    """
    nesting = _Nesting()
    has_body = False
    for token in tokens_of(html):
        if type(token) is not Tag:
            yield token
            continue
        name, is_end, _ = token
        if name in _FRAME or (name == "body" and (is_end or has_body)):
            continue
        if name in VOID:
            yield from nesting.pass_void(token)
        elif not is_end:
            has_body = has_body or name == "body"
            if name in _ENDING:
                yield from nesting.end_before(name)
            if nesting.start(name):
                yield token
        elif nesting.end_if_innermost(name):
            yield token
        else:
            yield from nesting.end(name)
    yield from nesting.end_all()


class _Nesting:
    """What is open. Each method gives the tags that come of one.

    A scope is a table or cell, and what it holds open, and how often; the end tags of what stands outside do not reach
    in.
    """

    def __init__(self) -> None:
        self._open: list[str] = []
        self._scopes: list[tuple[str, dict[str, int]]] = [("", {})]
        self._dropped: dict[str, int] = {}
        self._formatting = 0

    def pass_void(self, tag: Tag) -> Sequence[Tag]:
        if tag.is_end and tag.name != "br":
            return ()
        # Browsers read </br> as <br>.
        return (*self.end_before(tag.name), Tag("br") if tag.is_end else tag)

    def start(self, name: str) -> bool:
        """Open an element; ``False``: it would be too deep."""
        is_formatting = name in _FORMATTING
        if len(self._open) >= DEEPEST or (is_formatting and self._formatting >= _MOST_FORMATTING):
            self._dropped[name] = self._dropped.get(name, 0) + 1
            return False
        self._open.append(name)
        opened = self._scopes[-1][1]
        opened[name] = opened.get(name, 0) + 1
        if is_formatting:
            self._formatting += 1
        elif name in _SCOPED:
            self._scopes.append((name, {}))
        return True

    def end_before(self, name: str) -> Sequence[Tag]:
        """End what the start of ``name`` ends."""
        ended: Sequence[Tag] = ()
        if name in _ENDS_PARAGRAPH and self._scopes[-1][1].get("p"):
            ended = self._end_through("p")
        if name in _ENDED_BY:
            ends = _ENDED_BY[name]
            while self._open and self._open[-1] in ends:
                ended = (*ended, end_tag(self._end_innermost()))
        return ended

    def end_if_innermost(self, name: str) -> bool:
        """End what was opened last, if it is this, as it is nearly always."""
        is_innermost = bool(self._open) and self._open[-1] == name and not self._dropped
        if is_innermost:
            self._end_innermost()
        return is_innermost

    def end(self, name: str) -> Sequence[Tag]:
        if self._dropped.get(name):
            self._dropped[name] -= 1
            return ()
        return self._end_through(name) if self._is_in_scope(name) else ()

    def _end_through(self, name: str) -> Sequence[Tag]:
        ended = [end_tag(self._end_innermost())]
        while ended[-1].name != name:
            ended.append(end_tag(self._end_innermost()))
        return ended

    def end_all(self) -> Sequence[Tag]:
        return [end_tag(self._end_innermost()) for _ in range(len(self._open))]

    def _is_in_scope(self, name: str) -> bool:
        reach = 1
        if name in _TABLE_PARTS:
            reach += (self._scopes[-1][0] in _CELLS) + (name == "table")
        return any(opened.get(name) for _, opened in self._scopes[-reach:])

    def _end_innermost(self) -> str:
        name = self._open.pop()
        if name in _SCOPED:
            self._scopes.pop()
        self._scopes[-1][1][name] -= 1
        if name in _FORMATTING:
            self._formatting -= 1
        return name
