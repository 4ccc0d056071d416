"""Bodies that stand in another body: HTML in RTF or in an older property, and the text of RTF ([MS-OXBBODY])."""

from __future__ import annotations

from msgcore.base.text import codec_of_code_page
from msgcore.codecs import rtf
from msgcore.errors import LimitExceeded, MalformedMessage
from msgcore.model.body import UTF_8
from msgcore.props.bag import PropBag
from msgcore.props.table import PidTagBodyHtml, PidTagInternetCodepage, PidTagRtfCompressed

__all__ = ["html_in", "text_in_rtf"]


def html_in(properties: PropBag) -> bytes | None:
    """Give the HTML that stands in PidTagBodyHtml or in RTF, in the code page that the message says, else UTF-8."""
    text = properties.get(PidTagBodyHtml)
    if text is None:
        octets = _rtf(properties)
        text = None if octets is None else rtf.html_of(octets)
    if text is None:
        return None
    code_page = properties.get(PidTagInternetCodepage, UTF_8)
    return text.encode(codec_of_code_page(code_page), "xmlcharrefreplace")


def text_in_rtf(properties: PropBag) -> str | None:
    """Give the text of an RTF body."""
    octets = _rtf(properties)
    return None if octets is None else rtf.text_of(octets)


def _rtf(properties: PropBag) -> bytes | None:
    packed = properties.get(PidTagRtfCompressed)
    if packed is None:
        return None
    try:
        return rtf.decompress(packed)
    except (MalformedMessage, LimitExceeded):
        return None
