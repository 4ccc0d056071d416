"""The operator's HTTP API.

``POST {url}/messages`` with a JSON object of ``to``, ``from`` and ``text`` takes one message to one phone. A second
request with the same ``Idempotency-Key`` is answered as the first was, and takes nothing.
"""

import json
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property
from http import client

from msgcore import Accepted, Deferred, Outcome, Refused, Unknown
from msgcore.errors import AuthenticationRefused, ConnectionLost, SetupError, TimedOut, TlsFailed
from msgcore.spi import Deadline

from msgcore_sms.config import SmsConfig

__all__ = ["OperatorApi"]

_CONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 60.0

_WRONG_TOKEN = frozenset({401, 403})
_TRY_AGAIN = frozenset({408, 409, 425, 429})


class OperatorApi:
    """May be used by several threads: each request has a connection of its own, closed with it."""

    def __init__(self, config: SmsConfig) -> None:
        self._config = config

    def post(self, number: str, text: str, key: str, deadline: Deadline) -> Outcome:
        """Send one message to one phone, once, and say what became of it.

        Raises:
            SetupError: the token or the certificate is wrong; nothing was sent.
            ConnectionLost, TimedOut: the operator could not be reached; nothing was sent.
        """
        body = json.dumps({"to": number, "from": self._config.sender, "text": text}).encode()
        headers = {"Authorization": f"Bearer {self._config.token.reveal()}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        with self._connected(deadline) as connection:
            try:
                connection.request("POST", f"{self._config.api.path.rstrip('/')}/messages", body, headers)
                connection.sock.settimeout(_seconds(deadline, _ANSWER_SECONDS))
                status = connection.getresponse().status
            except (OSError, client.HTTPException) as error:
                # The operator may have taken it: only an answer can say that it has not.
                return Unknown(text=f"no answer of the operator: {error}", stage="answer")
        return _outcome_of(status)

    @contextmanager
    def _connected(self, deadline: Deadline) -> Generator[client.HTTPConnection]:
        """Connect; what goes wrong here goes wrong before anything was sent."""
        host = self._config.api.hostname
        connection = self._connection()
        try:
            deadline.check("operator")
            # A host with several addresses is tried at each of them, for as long as this says.
            connection.timeout = _seconds(deadline, _CONNECT_SECONDS)
            try:
                connection.connect()
            except ssl.SSLError as error:
                raise TlsFailed(f"operator {host}: {error}") from error
            except TimeoutError as error:
                raise TimedOut(f"operator {host}: could not connect in time") from error
            except OSError as error:
                raise ConnectionLost(f"operator {host}: {error}") from error
            yield connection
        finally:
            connection.close()

    def _connection(self) -> client.HTTPConnection:
        api = self._config.api
        assert api.hostname is not None, "the configuration has a host"
        if api.scheme == "http":
            return client.HTTPConnection(api.hostname, api.port)
        return client.HTTPSConnection(api.hostname, api.port, context=self._tls)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """What certificates are checked with: made at the first request, because it reads files."""
        try:
            return ssl.create_default_context(cafile=self._config.ca_file)
        except OSError as error:
            raise SetupError(f"ca_file {self._config.ca_file}: {error}") from error


def _seconds(deadline: Deadline, most: float) -> float:
    """Give the time that one step may take: a deadline may be never, or past, and a socket takes neither."""
    return min(max(deadline.remaining_seconds(), 0.001), most)


def _outcome_of(status: int) -> Outcome:
    """Say what an answer means for the one recipient.

    Raises:
        AuthenticationRefused: it is not about the recipient, but about the token.
    """
    text = f"the operator says {status} {client.responses.get(status, '')}".rstrip()
    if status in _WRONG_TOKEN:
        raise AuthenticationRefused(text)
    if 200 <= status < 300:
        return Accepted(text=text)
    if 400 <= status < 500 and status not in _TRY_AGAIN:
        return Refused(text=text, stage="answer")
    return Deferred(text=text, stage="answer")
