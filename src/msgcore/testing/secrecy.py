"""Looking for a secret where none may be, in the forms that texts take."""

from __future__ import annotations

import traceback
from base64 import b64encode
from urllib.parse import quote

from msgcore.errors import UsageError

__all__ = ["forms_in", "shown_by"]

_SHORTEST = 8


def forms_in(text: str, secret: str) -> list[str]:
    """Give the forms in which a secret shows in ``text``: as it is, escaped, quoted for a URL, or inside of base64.

    Raises:
        UsageError: the secret is so short that other text may hold it.
    """
    if len(secret) < _SHORTEST:
        raise UsageError(f"a secret to look for needs {_SHORTEST} characters or more, and this one has {len(secret)}")
    return [form for form in _forms(secret) if form in text]


def shown_by(shown: object) -> str:
    """Give all that an object shows of itself; of an error, what it was raised from, too."""
    texts = [repr(shown), str(shown)]
    if isinstance(shown, BaseException):
        texts += traceback.format_exception(shown)
    return "\n".join(texts)


def _forms(secret: str) -> list[str]:
    octets = secret.encode()
    # What comes before it shifts the groups of base64; the groups that it shares with others say nothing of it.
    inside = [
        b64encode(bytes(before) + octets)[4 * bool(before) : (before + len(octets)) // 3 * 4].decode()
        for before in range(3)
    ]
    return list(dict.fromkeys((secret, repr(secret)[1:-1], quote(secret, safe=""), *inside)))
