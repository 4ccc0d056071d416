"""The message class of a calendar part: meeting requests, answers and appointments ([MS-OXCICAL] section 2.1.3.1.1)."""

from __future__ import annotations

import re

from msgcore.codecs.mime.tree.entity import Entity

__all__ = ["calendar_parameters", "class_of_calendar"]

_MOST_OCTETS = 65_536
_FOLD = re.compile(rb"\r?\n[ \t]")
_COMPONENT = re.compile(rb"^BEGIN:(VEVENT|VTODO|VJOURNAL)[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_METHOD = re.compile(rb"^METHOD(?:;[^\n:]{0,200})?:[ \t]*([A-Za-z-]{1,40})", re.IGNORECASE | re.MULTILINE)
_ANSWER = re.compile(
    rb"^ATTENDEE(?=[;:])[^\n]{0,998}?;PARTSTAT=\"?(ACCEPTED|TENTATIVE|DECLINED)\b", re.IGNORECASE | re.MULTILINE
)

_MEETING = "IPM.Schedule.Meeting"
_OF_METHOD = {
    "": "IPM.Appointment",
    "publish": "IPM.Appointment",
    "request": f"{_MEETING}.Request",
    "counter": f"{_MEETING}.Resp.Tent",
    "cancel": f"{_MEETING}.Canceled",
}
_OF_ANSWER = {
    b"accepted": f"{_MEETING}.Resp.Pos",
    b"tentative": f"{_MEETING}.Resp.Tent",
    b"declined": f"{_MEETING}.Resp.Neg",
}
_OF_COMPONENT = {b"vtodo": "IPM.Task", b"vjournal": "IPM.Activity"}


def class_of_calendar(root: Entity) -> str | None:
    """Derive the class from the calendar that is the body, or ``None`` when there is none that says it."""
    part = _calendar_body(root)
    if part is None:
        return None
    text = _FOLD.sub(b"", part.content[:_MOST_OCTETS])
    component = _COMPONENT.search(text)
    if component is not None and component[1].lower() in _OF_COMPONENT:
        return _OF_COMPONENT[component[1].lower()]
    method = _method(part, text)
    if method == "reply":
        answer = _ANSWER.search(text)
        return None if answer is None else _OF_ANSWER[answer[1].lower()]
    return _OF_METHOD.get(method) if component is not None or method else None


def _method(part: Entity, text: bytes) -> str:
    given = part.content_type.get("method")
    return (_method_in(text) if given is None else given).strip().lower()


def _method_in(text: bytes) -> str:
    found = _METHOD.search(text)
    return "" if found is None else found[1].decode("ascii")


def calendar_parameters(octets: bytes) -> dict[str, str]:
    """Give the parameters by which mail programs know an invitation and read it (RFC 6047 section 2.4)."""
    method = _method_in(_FOLD.sub(b"", octets[:_MOST_OCTETS])).upper()
    found = {"method": method} if method else {}
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return found
    return {**found, "charset": "utf-8"}  # RFC 5545 section 6


def _calendar_body(root: Entity) -> Entity | None:
    """Find the calendar that stands where the body stands: alone, or as one of the alternatives."""
    entity: Entity | None = root
    while entity is not None and entity.is_multipart:
        children = entity.children
        if entity.media_type == "multipart/alternative":
            return next((child for child in children if _is_calendar(child)), None)
        entity = children[0] if children else None
    return entity if entity is not None and _is_calendar(entity) else None


def _is_calendar(entity: Entity) -> bool:
    return entity.media_type == "text/calendar" and entity.disposition.value != "attachment"
