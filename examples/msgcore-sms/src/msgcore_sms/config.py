"""What people write into a profile, a URL, or a connector's options."""

from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import attrs

from msgcore.errors import UsageError
from msgcore.spi import Secret, setting

__all__ = ["SmsConfig"]

_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


@attrs.frozen
class SmsConfig:
    """Short messages over an operator's HTTP API."""

    url: str = attrs.field(metadata=setting("the operator's API, as https://api.operator.test/v1"))
    token: Secret = attrs.field(metadata=setting("shows the operator who sends"))
    sender: str = attrs.field(metadata=setting("what the phone shows", in_url=True))
    ca_file: Path | None = attrs.field(default=None, metadata=setting("PEM file of a private authority"))
    max_characters: int = attrs.field(default=1_600, metadata=setting("longer texts are refused", in_url=True))

    def __attrs_post_init__(self) -> None:
        _check_url(self.api)
        # http.client shows a header field that it refuses: a token with a line end must not come that far.
        if not _is_printable_ascii(self.token.reveal()):
            raise UsageError("token: need printable ASCII without spaces; is it empty, is there a line end in it?")
        if not self.sender:
            raise UsageError("sender: is empty")
        if self.max_characters < 1:
            raise UsageError(f"max_characters {self.max_characters}: need 1 or more")

    @property
    def api(self) -> SplitResult:
        """The URL in parts; ``sms+https`` is what ``msgcore.open_transport`` wants of it."""
        return urlsplit(self.url.removeprefix("sms+"))


def _check_url(api: SplitResult) -> None:
    """Refuse what is no URL of an API, and what would send the token in clear to another machine."""
    if "@" in api.geturl():
        raise UsageError("url: holds a user or a password; the token is given as token=")
    if not _is_printable_ascii(api.geturl()) or not api.hostname or api.port == 0 or api.query or api.fragment:
        raise UsageError("url: need one such as https://api.operator.test/v1")
    if api.scheme != "https" and not (api.scheme == "http" and api.hostname in _THIS_MACHINE):
        raise UsageError(f"url of {api.hostname}: need https, so that nobody reads the token on its way")


def _is_printable_ascii(text: str) -> bool:
    return bool(text) and all("!" <= character <= "~" for character in text)
