"""What lets the next connection to a server go on with the TLS session of an earlier one."""

from __future__ import annotations

import ssl
import threading
import weakref
from collections import OrderedDict

__all__ = ["Sessions", "sessions_of"]

_MOST_SERVERS = 1_000

_Server = tuple[str, int]


class Sessions:
    """The last session with each server, of one context.

    A session that goes on shows no certificate again: that a session is found only under the host's name and the
    context that it was made with keeps a certificate from counting for another host or under other settings.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._by_server: OrderedDict[_Server, ssl.SSLSession] = OrderedDict()

    def get(self, server: _Server) -> ssl.SSLSession | None:
        with self._guard:
            return self._by_server.get(server)

    def put(self, server: _Server, session: ssl.SSLSession | None) -> None:
        """Keep this session instead of the one before, and drop the oldest when there are too many."""
        with self._guard:
            self._by_server.pop(server, None)
            if session is not None:
                self._by_server[server] = session
                if len(self._by_server) > _MOST_SERVERS:
                    self._by_server.popitem(last=False)


# A context that nobody uses any more takes its sessions along.
_by_context: weakref.WeakKeyDictionary[ssl.SSLContext, Sessions] = weakref.WeakKeyDictionary()
_guard = threading.Lock()


def sessions_of(context: ssl.SSLContext) -> Sessions:
    """Give the sessions of a client's context."""
    with _guard:
        return _by_context.setdefault(context, Sessions())
