"""SPF: may this host send mail of this domain (RFC 7208)? By the library pyspf, of the extra ``auth-results``.

*Theory of operation.* The library asks DNS as it goes along, blocking. Here it is given answers that are there, and
ends when one is missing; that is asked for, and it begins again. So no thread waits, no other resolver is ever asked,
and what it works out is a function of its arguments. RFC 7208 limits the questions, so it begins again a few times.
"""

from __future__ import annotations

import functools
import importlib
import ipaddress
from collections.abc import Callable
from typing import Any

import attrs

from msgcore.base.text import one_line
from msgcore.errors import MissingExtra, TryAgain
from msgcore.mta.trust.lookups import Lookups
from msgcore.runtime.dns import DnsKind, MxRecord

__all__ = ["SpfResult", "check_spf", "load_spf"]

_MOST_RECORD_OCTETS = 8_192  # of all records of one check; the largest in use have less than 5,000
_MOST_TERM_OCTETS = 300  # a name has 253; the library takes time quadratic in what a term has
_MOST_HOSTS = 500  # addresses and names of all answers of one check, each of which the library looks at each time
_RESULTS = frozenset({"none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"})
_KINDS = frozenset({"A", "AAAA", "MX", "PTR", "TXT"})

_Answers = dict[tuple[str, str], "list[Any] | TryAgain"]


@attrs.frozen
class SpfResult:
    """What a domain says of a host: ``result`` as RFC 7208 section 2.6 calls it.

    ``identity`` is ``"mailfrom"`` or ``"helo"``, and ``domain`` the one whose policy it was. What ``is_past_knowing``
    was not looked at: the client is no server of the sender's, but one of ours that the message came to before.
    """

    result: str
    identity: str
    domain: str
    reason: str = ""
    is_past_knowing: bool = False


class _Unanswered(Exception):
    """An answer is missing."""

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(name)
        self.name = name
        self.kind = kind


def load_spf() -> None:
    """Load the library.

    Raises:
        MissingExtra: it is not installed.
    """
    _checker()


@functools.cache
def _checker() -> Any:
    # By name: it has no types.
    try:
        spf: Any = importlib.import_module("spf")
    except ImportError as error:
        raise MissingExtra("auth-results", "SPF") from error

    class Checker(spf.query):  # type: ignore[misc]  # it has no types
        """A check whose every question goes to ``look_up``."""

        void_lookups: int

        def __init__(self, look_up: Callable[[str, str], Any], *values: str) -> None:
            spf.query.__init__(self, *values)
            self._look_up = look_up
            self._octets = 0
            self._hosts = 0

        def dns(self, name: Any, qtype: str, cnames: object = None, ignore_void: bool = False) -> list[Any]:
            name = str(name).lower().removesuffix(".")
            if qtype not in _KINDS or not all(0 < len(label) < 64 for label in name.split(".")):
                return []
            found = self._look_up(name, qtype)
            if isinstance(found, TryAgain):
                if qtype == "PTR":  # RFC 7208 section 5.5: then nothing matches
                    return []
                raise spf.TempError(one_line(str(found), 200))
            if not found and not ignore_void:
                self.void_lookups += 1
                if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                    raise spf.PermError("too many names that are not there")
            if qtype == "TXT":
                for (text,) in found:
                    self._weigh(text)
            else:
                self._hosts += len(found)
                if self._hosts > _MOST_HOSTS:
                    raise spf.PermError("too many addresses")
            return list(found)

        def _weigh(self, text: bytes) -> None:
            if text[:6].lower() != b"v=spf1":
                return
            self._octets += len(text)
            if self._octets > _MOST_RECORD_OCTETS or max(map(len, text.split(b" "))) > _MOST_TERM_OCTETS:
                raise spf.PermError("a policy that is too long")

        def get_explanation(self, spec: str) -> None:
            """Ask for no text of a stranger's: nobody would be shown it."""

    return Checker


async def check_spf(lookups: Lookups, address: str, domain: str, local: str, hello: str, identity: str) -> SpfResult:
    """Look whether the host of an address may send mail of ``local`` at ``domain``, and says ``hello``."""
    try:
        host = str(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return SpfResult("none", identity, domain, "the client has no address")
    values = (host, f"{'postmaster' if not local or '@' in local else local}@{domain}", hello or domain)
    answers: _Answers = {}
    while True:
        try:
            result, reason = _checked(values, answers)
        except _Unanswered as missing:
            answers[missing.name, missing.kind] = await _asked(lookups, missing.name, missing.kind)
            continue
        return SpfResult(result, identity, domain, reason)


def _checked(values: tuple[str, str, str], answers: _Answers) -> tuple[str, str]:
    def look_up(name: str, kind: str) -> Any:
        if (name, kind) not in answers:
            raise _Unanswered(name, kind)
        return answers[name, kind]

    try:
        result, _, text = _checker()(look_up, *values).check()
    except _Unanswered:
        raise
    except Exception as error:  # whatever a record that is odd enough makes of it
        return "permerror", f"the policy cannot be read: {type(error).__name__}"
    if result not in _RESULTS:
        return "permerror", "the policy cannot be read"
    return result, one_line(text, 200) if result in {"temperror", "permerror"} else ""


async def _asked(lookups: Lookups, name: str, kind: str) -> list[Any] | TryAgain:
    """Ask for records, and give them as the library wants them."""
    try:
        records = (await lookups.ask(name, DnsKind(kind))).records
    except TryAgain as error:
        return error
    match kind:
        case "MX":
            return [(one.preference, one.host) for one in records if isinstance(one, MxRecord)]
        case "TXT":
            return [(one,) for one in records if isinstance(one, bytes)]
        case _:
            return [one for one in records if isinstance(one, str)]
