"""How the octets of a text are read, as the parameters of its Content-Type say."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from msgcore.codecs.mime.syntax.charsets import code_page_of_charset, codec_of_charset, is_wide

__all__ = ["TextForm", "text_form"]


@attrs.frozen
class TextForm:
    """The charset (empty: none is said) with what is known of it, and whether lines are to be joined (RFC 3676).

    ``codec`` is ``None`` where no charset is known; ``is_wide``: CR and LF are no octets of their own.
    """

    charset: str
    codec: str | None
    code_page: int | None
    is_wide: bool
    is_flowed: bool
    has_delsp: bool


_UNSAID = TextForm("", None, None, is_wide=False, is_flowed=False, has_delsp=False)


def text_form(parameters: Mapping[str, str]) -> TextForm:
    charset = parameters.get("charset") or ""
    if not charset and "format" not in parameters:  # as those of a multipart, which has a boundary of its own
        return _UNSAID
    return TextForm(
        charset,
        codec_of_charset(charset),
        code_page_of_charset(charset),
        is_wide(charset),
        is_flowed=parameters.get("format", "").lower() == "flowed",
        has_delsp=(parameters.get("delsp") or "").lower() == "yes",
    )
