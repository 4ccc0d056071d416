"""Content checks as a listener uses them: called as plug-ins are, with what they say checked before it is believed."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from inspect import isroutine
from typing import Any, cast

import attrs

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.base.text import one_line
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, OperationCancelled, PluginBroken
from msgcore.model.outcome import Deferred, Refused
from msgcore.mta.listener.content import ArrivingMail, ContentCheck, Marked, NamedContentCheck
from msgcore.runtime.abc import Runtime
from msgcore.spi.outcomes import has_its_fields
from msgcore.spi.plugin import Plugin

__all__ = ["GuardedChecks", "checked_answer"]

_log = logging.getLogger("msgcore.mta")

# So long nobody is told again why a check fails.
_TOLD_SECONDS = 60.0
# With its code and status a reply has room in 512 octets (RFC 5321 section 4.5.3.1.5).
_MOST_CHARACTERS = 400

_FAILED = Reply(451, ("the content cannot be checked now; try again later",), EnhancedStatus(4, 7, 1))
_NEED = "Marked, Refused, Deferred or None; a code is 5yz of what is refused and 4yz of what is deferred"


class GuardedChecks:
    """All checks of a listener, which have ``seconds`` together; those that it makes itself are there once opened."""

    def __init__(self, runtime: Runtime, checks: Sequence[object], seconds: float) -> None:
        self._runtime = runtime
        self._seconds = seconds
        self._checks = tuple(_GuardedCheck(one, runtime) for one in checks)

    async def open(self) -> None:
        """Make and open the checks that are named.

        Raises:
            MsgcoreError: what one raised at its logon; close those that are open.
        """
        for one in self._checks:
            await one.open(self._runtime.deadline(self._seconds))

    async def close(self) -> None:
        for one in self._checks:
            await one.close()

    async def check(self, mail: ArrivingMail) -> ArrivingMail | Reply:
        """Give the message as it is to be taken, or the reply to who sends it."""
        deadline = self._runtime.deadline(self._seconds)
        for one in self._checks:
            found = await one.check(mail, deadline)
            if isinstance(found, Reply):
                return found
            if found is not None:
                octets = _header(found) + mail.octets if found.fields else mail.octets
                mail = attrs.evolve(mail, octets=octets, verdicts=mail.verdicts | found.verdicts)
        return mail


class _GuardedCheck:
    def __init__(self, given: object, runtime: Runtime) -> None:
        self._runtime = runtime
        self._told_until = -math.inf
        self._named = given if isinstance(given, NamedContentCheck) else None
        self._plugin: Plugin | None = None
        if self._named is None:  # its life is its owner's
            name: str = getattr(given, "__qualname__", type(given).__qualname__)
            self._plugin = Plugin(f"content check {name}", given, runtime)

    async def open(self, deadline: Deadline) -> None:
        named = self._named
        if named is not None:
            plugin = Plugin.make(f"content check {named.name}", named.check_class, named.config, self._runtime)
            if not isinstance(plugin.target, ContentCheck):
                raise PluginBroken(f"{plugin.name}: {type(plugin.target).__qualname__} has no check_content")
            await plugin.logon(deadline)
            self._plugin = plugin

    async def close(self) -> None:
        plugin = self._plugin
        if self._named is not None and plugin is not None:
            self._plugin = None
            await plugin.close_and_log()

    async def check(self, mail: ArrivingMail, deadline: Deadline) -> Marked | Reply | None:
        plugin = self._plugin
        if plugin is None:
            return _FAILED
        function = _function_of(plugin.target)
        try:
            return checked_answer(plugin, function, await plugin.call(function, mail, deadline, deadline=deadline))
        except OperationCancelled:
            raise
        except MsgcoreError as error:
            self._tell(error)
            return _FAILED

    def _tell(self, error: MsgcoreError) -> None:
        now = self._runtime.monotonic()
        if now >= self._told_until:  # clients hear no reason that is nobody else's business: the log says it
            self._told_until = now + _TOLD_SECONDS
            _log.warning("mail is deferred: %s", one_line(str(error)))


def checked_answer(plugin: Plugin, function: object, given: object) -> Marked | Reply | None:
    """Give what a check says, with a refusal as the client hears it.

    Raises:
        PluginBroken: it is no answer.
    """
    if given is None or isinstance(given, Marked):
        return given
    if isinstance(given, Refused | Deferred) and has_its_fields(given):
        klass = 5 if isinstance(given, Refused) else 4
        code = given.code or (550 if klass == 5 else 451)
        enhanced = given.enhanced or EnhancedStatus(klass, 7, 1)
        if code // 100 == enhanced.klass == klass:
            text = one_line(given.text, _MOST_CHARACTERS).encode("ascii", "replace").decode()
            return Reply(code, (text or "this is not taken for what is in it",), enhanced)
    raise plugin.nonsense(function, given, _NEED)


def _header(marked: Marked) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in marked.fields.items()).encode("ascii")


def _function_of(check: object) -> Callable[..., object]:
    if isinstance(check, ContentCheck):
        return check.check_content
    function: Any = check
    return cast(Callable[..., object], function if isroutine(function) else function.__call__)
