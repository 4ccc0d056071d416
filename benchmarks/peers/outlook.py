"""Outlook's forms read with each library as its manual says; each gives what it was asked for, to be compared.

Of a message: subject, the sizes of its bodies, its recipients, names and octets of its attachments.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Sequence

import attrs

from msgcore.codecs import msg, rtf, tnef
from msgcore.codecs.objects.source import ObjectSource
from msgcore.model.message import Message
from msgcore.props import PidTagBody, PidTagHtml, PidTagRtfCompressed

__all__ = ["MSGCORE", "Read", "Readers", "msg_readers", "packers", "rtf_readers", "rtf_unpackers", "tnef_readers"]

Facts = tuple[str, int, Sequence[int]]
"""Subject, number of recipients (of TNEF: attachments), sizes of attachments (messages: 0) and of the bodies."""

Read = Callable[[bytes], object]

MSGCORE = "msgcore"


@attrs.frozen
class Readers:
    """Who does a job, by name, and why each of the others is not here."""

    here: dict[str, Read]
    missing: dict[str, str] = attrs.field(factory=dict[str, str])

    def add(self, name: str, make: Callable[[], Read]) -> Readers:
        """Add a library, if it is installed."""
        try:
            self.here[name] = make()
        except ImportError as error:
            self.missing[name] = f"{error}; pip install {name.partition(',')[0]}"
        return self


def _facts(message: Message) -> Facts:
    sizes = [0 if one.message is not None else len(one.data) for one in message.attachments]
    sizes += [len(message.text or ""), len(message.html or "")]
    return message.subject, len(message.recipients), sizes


# TNEF


def tnef_readers() -> Readers:
    """The bodies are those that stand there: nobody takes HTML or text out of RTF."""
    own: dict[str, Read] = {
        MSGCORE: _tnef_facts,
        f"{MSGCORE}, checked": _checked,
        f"{MSGCORE}, HTML and text of RTF": lambda octets: _facts(tnef.read(octets)),
    }
    checked = Readers(own).add("tnefparse", lambda: _tnefparse(do_checksum=True))
    return checked.add("tnefparse, unchecked", lambda: _tnefparse(do_checksum=False))


def _tnef_facts(octets: bytes) -> Facts:
    message = tnef.read(octets)
    sizes = [0 if one.message is not None else len(one.data) for one in message.attachments]
    names = [one.filename for one in message.attachments]
    source = message.source
    assert isinstance(source, ObjectSource)
    bodies = [source.content.properties.get(tag) for tag in (PidTagBody, PidTagHtml, PidTagRtfCompressed)]
    return (
        message.subject,
        len(names),
        [*sizes, *(len(body) if isinstance(body, str | bytes) else 0 for body in bodies)],
    )


def _checked(octets: bytes) -> Facts:
    tnef.check(octets)
    return _tnef_facts(octets)


def _tnefparse(*, do_checksum: bool) -> Read:
    module = importlib.import_module("tnefparse")
    logging.disable(logging.CRITICAL)

    def read(octets: bytes) -> Facts:
        found = module.TNEF(octets, do_checksum=do_checksum)
        sizes = [len(one.data or b"") for one in found.attachments]
        names = [one.long_filename() for one in found.attachments]
        return "", len(names), [*sizes, len(found.body or ""), len(found.htmlbody or ""), len(found._rtfbody or "")]

    return read


# .msg


def msg_readers() -> Readers:
    """The text is the one that stands there; HTML out of RTF takes its peer minutes, and is compared by itself."""
    own: dict[str, Read] = {
        MSGCORE: _msg_facts,
        f"{MSGCORE}, every property": _every_property,
        f"{MSGCORE}, HTML and text of RTF": lambda octets: _facts(msg.read(octets)),
    }
    return Readers(own).add("extract-msg", _extract_msg)


def _msg_facts(octets: bytes) -> Facts:
    message = msg.read(octets)
    source = message.source
    assert isinstance(source, ObjectSource)
    sizes = [0 if one.message is not None else len(one.data) for one in message.attachments]
    people = [one.email_address for one in message.recipients]
    return message.subject, len(people), [*sizes, len(source.content.properties.get(PidTagBody, ""))]


def _every_property(octets: bytes) -> Facts:
    message = msg.read(octets)
    for one in message.attachments:
        one.tags()
    message.tags()
    return _msg_facts(octets)


def _extract_msg() -> Read:
    module = importlib.import_module("extract_msg")

    def read(octets: bytes) -> Facts:
        with module.openMsg(octets, errorBehavior=module.enums.ErrorBehavior.SUPPRESS_ALL) as message:
            sizes = [len(one.data) if isinstance(one.data, bytes) else 0 for one in message.attachments]
            people = [one.email for one in message.recipients]
            return message.subject or "", len(people), [*sizes, len(message.getStringStream("__substg1.0_1000") or "")]

    return read


# RTF


def rtf_unpackers() -> Readers:
    return Readers(_of_rtf(rtf.decompress)).add("compressed-rtf", lambda: _compressed_rtf("decompress"))


def packers() -> Readers:
    return Readers(_of_rtf(rtf.compress)).add("compressed-rtf", lambda: _compressed_rtf("compress"))


def rtf_readers() -> Readers:
    return Readers(_of_rtf(rtf.html_of)).add("RTFDE", _rtfde)


def _of_rtf(own: Read) -> dict[str, Read]:
    return {MSGCORE: own}


def _compressed_rtf(name: str) -> Read:
    function: Read = getattr(importlib.import_module("compressed_rtf"), name)
    return function


def _rtfde() -> Read:
    module = importlib.import_module("RTFDE.deencapsulate")
    logging.disable(logging.CRITICAL)

    def read(octets: bytes) -> object:
        found = module.DeEncapsulator(octets)
        found.deencapsulate()
        return found.html

    return read
