"""HTML tags that are properly nested: every start tag has its end, in its turn, whatever the input says.

What browsers repair is repaired as far as mail needs it: end tags that may be left out, end tags without a start, tags
that overlap. Nesting is bounded, since every reader of HTML behind this one pays for its depth; what nests deeper is
kept as content of the level above.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgcore.model.html_tokens import END, NOTHING, START, Cut, cuts_of

__all__ = ["DEEPEST", "VOID", "nested_cuts"]

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
_DOCUMENT = frozenset({"html", "head", "body"})
_NOT_ONLY_OPENED = VOID | _FORMATTING


def nested_cuts(html: str) -> Iterator[Cut]:
    """Cut HTML behind tags that nest; ``html`` and ``head`` are left out, ``body`` ends last.

    A :data:`VOID` element has a start tag only.
    """
    nesting = _Nesting()
    opened = nesting.opened
    for cut in cuts_of(html):
        text, kind, name, rest = cut
        # What is usual is done here, without a call, for there are many.
        if kind == END:
            if opened and opened[-1] == name and name != "body" and not nesting.has_dropped:
                opened.pop()
                if name in _FORMATTING:
                    nesting.formatting -= 1
                yield cut
                continue
            tags = nesting.end(name)
        elif kind == START:
            ends = _ENDED_BY.get(name)
            is_ending = ends is not None and opened and opened[-1] in ends
            if is_ending or (name in _ENDS_PARAGRAPH and "p" in opened) or name in _DOCUMENT:
                tags = nesting.start_ending(name, rest)
            elif name not in _NOT_ONLY_OPENED and len(opened) < DEEPEST:
                opened.append(name)
                yield cut
                continue
            elif name in VOID or nesting.start(name):
                yield cut
                continue
            else:
                tags = ()
        else:
            yield cut
            continue
        yield text, NOTHING, "", ""
        yield from tags
    yield from nesting.end_all()


class _Nesting:
    """What is open, the innermost last. Each method gives the tags that come of one.

    A scope is a table or cell, and what it holds open; the end tags of what stands outside do not reach in.
    """

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.has_dropped = False
        self._dropped: dict[str, int] = {}
        self.formatting = 0
        self._has_body = False

    def start_ending(self, name: str, attributes: str) -> Sequence[Cut]:
        """Start what may end something that is open."""
        if name in _DOCUMENT and (name != "body" or self._has_body):
            return ()
        self._has_body = self._has_body or name == "body"
        ended = self._end_before(name)
        if name not in VOID and not self.start(name):
            return ended
        return [*ended, ("", START, name, attributes)]

    def start(self, name: str) -> bool:
        """Open an element; ``False``: it would be too deep."""
        is_formatting = name in _FORMATTING
        if len(self.opened) >= DEEPEST or (is_formatting and self.formatting >= _MOST_FORMATTING):
            self._dropped[name] = self._dropped.get(name, 0) + 1
            self.has_dropped = True
            return False
        self.opened.append(name)
        self.formatting += is_formatting
        return True

    def _end_before(self, name: str) -> Sequence[Cut]:
        """End what the start of ``name`` ends."""
        ended: Sequence[Cut] = ()
        if name in _ENDS_PARAGRAPH and self._is_in_scope("p"):
            ended = self._end_through("p")
        ends = _ENDED_BY.get(name, ())
        while self.opened and self.opened[-1] in ends:
            ended = (*ended, self.end_innermost())
        return ended

    def end(self, name: str) -> Sequence[Cut]:
        if name == "br":
            return (("", START, name, ""),)  # browsers read </br> as <br>
        if name in VOID or name in _DOCUMENT:
            return ()
        if self._dropped.get(name):
            self._dropped[name] -= 1
            return ()
        return self._end_through(name) if self._is_in_scope(name) else ()

    def _end_through(self, name: str) -> Sequence[Cut]:
        ended = [self.end_innermost()]
        while ended[-1][2] != name:
            ended.append(self.end_innermost())
        return ended

    def end_all(self) -> Sequence[Cut]:
        return [self.end_innermost() for _ in range(len(self.opened))]

    def _is_in_scope(self, name: str) -> bool:
        reach = 1
        if name in _TABLE_PARTS:
            innermost = next((one for one in reversed(self.opened) if one in _SCOPED), "")
            reach += (innermost in _CELLS) + (name == "table")
        for one in reversed(self.opened):
            reach -= one in _SCOPED
            if reach == 0:
                return False
            if one == name:
                return True
        return False

    def end_innermost(self) -> Cut:
        name = self.opened.pop()
        if name in _FORMATTING:
            self.formatting -= 1
        return "", END, name, ""
