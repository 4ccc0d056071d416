"""Pictures of a table: address types, spaces, connectors, and where these lead, from left to right."""

from __future__ import annotations

import re

from msgcore.mta.routing.drawing import drawing_of, more_connectors
from msgcore.mta.routing.picture_svg import svg_of
from msgcore.mta.routing.route import RouteTable

__all__ = ["draw_mermaid", "draw_svg"]

_SPECIAL = re.compile(r"[\"#%&<>`\\]")
_LIST = re.compile(r"([-+*]|\d+[.)])(?=\s|$)")


def draw_svg(table: RouteTable) -> str:
    """Draw a table as one SVG document, which needs nothing else; numbers at lines are costs.

    Of more than 60 connectors the first are shown, and how many more there are; so are the spaces of each.
    """
    return svg_of(drawing_of(table))


def draw_mermaid(table: RouteTable) -> str:
    """Draw a table as the text of a Mermaid flowchart, as documentation and wikis show it; folded as the SVG is."""
    drawing = drawing_of(table)
    lines = ["flowchart LR"]
    types = drawing.address_types
    lines.extend(f'    t{n}(["{_text(address_type)}"])' for n, address_type in enumerate(types))
    for n, space in enumerate(drawing.spaces):
        lines.append(f'    t{types.index(space.address_type)} --- s{n}["{_text(space.text)}"]')
    for n, box in enumerate(drawing.connectors):
        label = "<br/>".join(_text(text) for text in (box.name, *box.limits))
        lines.append(f'    c{n}["{label}"]{"" if box.is_enabled else ":::off"}')
    if drawing.folded:
        lines.append(f'    more["{more_connectors(drawing.folded)}"]:::off')
    for n, hop in enumerate(drawing.hops):
        label = "<br/>".join(_text(text) for text in (hop.gateway, hop.next_hop) if text)
        lines.append(f'    h{n}[["{label}"]]')
    for line in drawing.lines:
        cost = "" if line.cost is None else f"|{line.cost}|"
        lines.append(f"    s{line.space} -->{cost} c{line.connector}")
    lines.extend(f"    c{n} --> h{box.hop}" for n, box in enumerate(drawing.connectors))
    lines.append("    classDef off stroke-dasharray:4 3,color:#888")
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """Write text so that Mermaid takes no part of it for HTML, an entity, a directive, or Markdown."""
    text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    escaped = _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)
    return (
        _LIST.sub(lambda found: f"#{ord(found[0][0])};{found[0][1:]}", escaped, count=1)
        if _LIST.match(text)
        else escaped
    )
