"""Finding messages: SEARCH, SORT and THREAD, in whatever form a server has them.

What a server cannot do is made of what it can: the returns of ESEARCH of SEARCH, SORT and THREAD of what FETCH says.
One that looks at so many messages a command only, from the last one down (RFC 9738 section 3.1), is asked for the rest.
Text that is not ASCII is said in UTF-8 with a charset; where the server refuses this, it is said without one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from msgcore.errors import CapabilityMissing, CommandRefused, TooComplex, UsageError
from msgcore.wire.imap.command import Argument, Atom, Command
from msgcore.wire.imap.criteria import SearchCriteria, all_of, uids
from msgcore.wire.imap.fetching import FetchCommands
from msgcore.wire.imap.flight import Answer
from msgcore.wire.imap.order import SORT_ITEMS, check_keys, sorted_by
from msgcore.wire.imap.responses import SearchResult, ThreadData, ThreadNode, UnknownData
from msgcore.wire.imap.threads_on_client import THREAD_ITEMS, ordered_subject, references
from msgcore.wire.imap.uid_codes import read_lowest_done
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["FindCommands"]

_PARTIAL = re.compile(r"PARTIAL (-?)([1-9]\d{0,9}):\1([1-9]\d{0,9})")
_RETURNS = frozenset({"ALL", "COUNT", "MAX", "MIN", "SAVE"})
_ANSWER = re.compile(rb"\*\s*(?:E?SEARCH|SORT|THREAD)\b", re.IGNORECASE)
_THREADS = {"ORDEREDSUBJECT": ordered_subject, "REFERENCES": references}
_OTHER_OCTETS = 300
_LEAST_OCTETS = 8_000  # what is known to be too long for a server is not so for all of its kind


class FindCommands(FetchCommands):
    """Finding, as commands of a session; all in the mailbox that is selected."""

    _is_charset_refused = False

    async def search(self, criteria: SearchCriteria, *, returns: Sequence[str] = ("ALL",)) -> SearchResult:
        """Find messages; ``ids`` of the result are their unique ids, rising.

        ``returns`` are those of ESEARCH (RFC 9051 section 6.4.4): ``ALL``, ``COUNT``, ``MIN``, ``MAX``, ``SAVE``, and
        ``PARTIAL 1:50`` or ``PARTIAL -1:-50`` (RFC 9394). The server says no more than these where it can.

        Raises:
            UsageError: no mailbox is selected, or there is no such return.
            TooComplex: the search keys are too long for a command, and not because of one set of unique ids.
            CapabilityMissing: the server does not know one of the keys, or cannot save what it finds.
            CommandRefused, ServiceBusy: it does not search.
        """
        wanted = [one.upper() for one in returns]
        self._check_criteria(criteria, wanted)
        native = self._is_native(wanted)
        pieces = self._pieces(criteria)
        if len(pieces) > 1 and wanted != ["ALL"]:
            native = False
        if "SAVE" in wanted and not native:
            raise CapabilityMissing(f"{self.name}: the server has no SEARCHRES, or the criteria are too long for it")
        found = await self._found(pieces, wanted if native else [])
        if found is None:
            found = await self._found(pieces, []) or []
        return _summary(found, wanted)

    async def _found(self, pieces: Sequence[SearchCriteria], returns: Sequence[str]) -> list[SearchResult] | None:
        """Search, with ``returns`` by ESEARCH; ``None``: the server has looked at a part only, and said these of it."""
        options: list[Argument] = []
        if returns:
            options = [Atom(b"RETURN"), tuple(Atom(one.encode()) for one in returns)]
        found: list[SearchResult] = []
        for piece in pieces:
            answer = await self._ask_search(b"UID SEARCH", options, piece)
            found += _results(answer)
            lowest = read_lowest_done(answer.status.code)
            if lowest and "SAVE" in returns:
                raise CapabilityMissing(f"{self.name}: the server cannot save it: {answer.status.response}")
            if lowest and returns not in ([], ["ALL"]):
                return None
            while lowest > 1:
                answer = await self._ask_search(b"UID SEARCH", options, _below(lowest, piece))
                found += _results(answer)
                before, lowest = lowest, read_lowest_done(answer.status.code)
                if lowest >= before:
                    raise self.conversation.broken(f"UID SEARCH: MESSAGELIMIT stays at {lowest}")
        return found

    async def sort(self, keys: Sequence[str], criteria: SearchCriteria) -> tuple[int, ...]:
        """Find messages, and give their unique ids in the order of the sort keys (RFC 5256), such as ``REVERSE DATE``.

        Where the server has no SORT their envelopes are fetched and sorted here. Raises as :meth:`search` does.
        """
        check_keys(keys)
        self._check_criteria(criteria, ())
        words = [word for key in keys for word in key.upper().split()]
        needed = "SORT=DISPLAY" if any(word.startswith("DISPLAY") for word in words) else "SORT"
        answer: Answer | None = None
        if self.capabilities.has(needed) and len(self._pieces(criteria)) == 1:
            said: Argument = tuple(Atom(word.encode()) for word in words)
            answer = await self._ask_search(b"UID SORT", [said], criteria, is_charset_needed=True)
        if answer is None or read_lowest_done(answer.status.code):
            found = (await self.search(criteria)).ids or UidSet()
            return sorted_by(keys, await self.fetch_all(found, SORT_ITEMS) if found else [])
        results = _results(answer)
        if any(one.ids is not None for one in results):
            raise self.conversation.broken("UID SORT: a set of messages, which has no order")
        return tuple(dict.fromkeys(number for one in results for number in one.numbers or ()))

    async def thread(self, algorithm: str, criteria: SearchCriteria) -> ThreadData:
        """Find messages, and give them as threads, by ``REFERENCES``, ``ORDEREDSUBJECT`` or another that is offered.

        Where the server makes none by the first two, this is done here. Raises as :meth:`search` does.

        Raises:
            CapabilityMissing: nobody knows the algorithm.
        """
        name = algorithm.upper()
        self._check_criteria(criteria, ())
        if name in self.capabilities.thread_algorithms and len(self._pieces(criteria)) == 1:
            answer = await self._ask_search(b"UID THREAD", [Atom(name.encode())], criteria, is_charset_needed=True)
            if not read_lowest_done(answer.status.code):
                return _threads(answer)
        if name not in _THREADS:
            raise CapabilityMissing(f"{self.name}: the server has no THREAD={name}")
        found = (await self.search(criteria)).ids or UidSet()
        messages = await self.fetch_all(found, THREAD_ITEMS) if found else []
        return await self.runtime.in_thread(lambda: _THREADS[name](messages), self.stream.deadline)

    def _check_criteria(self, criteria: SearchCriteria, returns: Sequence[str]) -> None:
        if self.selected is None:
            raise UsageError(f"{self.name}: no mailbox is selected")
        for one in returns:
            if one not in _RETURNS and not _PARTIAL.fullmatch(one):
                raise UsageError(f"{one!r} is nothing that a search returns")
        for extension in criteria.extensions:
            if not self.capabilities.has(extension):
                raise CapabilityMissing(f"{self.name}: the server has no {extension}, which the search needs")

    def _is_native(self, returns: Sequence[str]) -> bool:
        """Whether the server itself can return this."""
        has = self.capabilities.has
        if any(one.startswith("PARTIAL") for one in returns) and not (has("PARTIAL") or has("CONTEXT=SEARCH")):
            return False
        if any(one.startswith("PARTIAL -") for one in returns) and not has("PARTIAL"):
            return False
        return has("ESEARCH") and ("SAVE" not in returns or has("SEARCHRES"))

    def _pieces(self, criteria: SearchCriteria) -> Sequence[SearchCriteria]:
        """Split criteria into what goes into a command each."""
        others = criteria.other_octets + _OTHER_OCTETS
        most = max(self.behaviour.max_command_octets, _LEAST_OCTETS)
        if others > most:
            raise TooComplex(f"{self.name}: search keys of {others} octets; {most} can be said in a command")
        return criteria.split(max(_OTHER_OCTETS, self.behaviour.max_command_octets - others))

    async def _ask_search(
        self, name: bytes, options: Sequence[Argument], criteria: SearchCriteria, *, is_charset_needed: bool = False
    ) -> Answer:
        async with self.turn():
            answer = await self._say_search(name, options, criteria, is_charset_needed)
        return answer.check()

    async def _say_search(
        self, name: bytes, options: Sequence[Argument], criteria: SearchCriteria, is_charset_needed: bool
    ) -> Answer:
        conversation = self.conversation
        # RFC 6855 section 3: no charset where UTF-8 has been agreed on.
        is_agreed = conversation.is_utf8 or self.behaviour.refuses_charset or self._is_charset_refused
        is_said = not criteria.is_ascii and not is_agreed
        charset: list[Argument] = [Atom(b"CHARSET"), Atom(b"UTF-8")] if is_said else []
        if is_charset_needed:
            charset = [Atom(b"US-ASCII" if criteria.is_ascii else b"UTF-8")]
        (answer,) = await conversation.run(Command(name, *options, *charset, *criteria.arguments))
        if is_said and not is_charset_needed and isinstance(answer.refusal, CommandRefused):
            (other,) = await conversation.run(Command(name, *options, *criteria.arguments))
            if other.status.is_ok:
                self._is_charset_refused = True
                answer = other
        for one in conversation.unasked:
            if isinstance(one, UnknownData) and _ANSWER.match(one.octets):
                raise conversation.broken(f"{name.decode()}: {one.defect or 'an answer that makes no sense'}")
            if isinstance(one, SearchResult) and one.tag:
                raise conversation.broken(f"{name.decode()}: an answer to another search")
        return answer


def _below(uid: int, criteria: SearchCriteria) -> SearchCriteria:
    return all_of(uids(UidSet(((1, uid - 1),))), criteria)


def _threads(answer: Answer) -> ThreadData:
    threads: list[ThreadNode] = []
    for one in answer.data:
        if isinstance(one, ThreadData):
            threads += one.threads
    return ThreadData(tuple(threads))


def _results(answer: Answer) -> list[SearchResult]:
    return [one for one in answer.data if isinstance(one, SearchResult)]


def _summary(found: Sequence[SearchResult], returns: Sequence[str]) -> SearchResult:
    """Put answers together, and make of them what was to be returned, whichever form they have."""
    modseq = max((one.modseq for one in found if one.modseq is not None), default=None)
    partial = next((one for one in returns if one.startswith("PARTIAL")), None)
    if not any(one.numbers is not None or one.ids is not None for one in found):
        return _of_returns(found, returns, modseq)
    ids = UidSet.union(*(one.found for one in found))
    return SearchResult(
        is_uid=True,
        ids=ids if "ALL" in returns else None,
        count=len(ids) if "COUNT" in returns else None,
        least=ids.ranges[0][0] if "MIN" in returns and ids else None,
        most=ids.ranges[-1][1] if "MAX" in returns and ids else None,
        modseq=modseq,
        partial=None if partial is None else _slice(ids, partial),
    )


def _of_returns(found: Sequence[SearchResult], returns: Sequence[str], modseq: int | None) -> SearchResult:
    """Take the returns as the server has given them; it leaves out those that nothing was found for."""
    result = SearchResult(is_uid=True, modseq=modseq)
    for one in found:
        said = {
            name: value for name in ("count", "least", "most", "partial") if (value := getattr(one, name)) is not None
        }
        result = attrs.evolve(result, **said)
    if "ALL" in returns:
        result = attrs.evolve(result, ids=UidSet())
    if "COUNT" in returns and result.count is None:
        result = attrs.evolve(result, count=0)
    if result.partial is None and any(one.startswith("PARTIAL") for one in returns):
        result = attrs.evolve(result, partial=UidSet())
    return result


def _slice(ids: UidSet, partial: str) -> UidSet:
    """Give the messages at these places, from 1; below 0 they count from the end (RFC 9394 section 3.1)."""
    found = _PARTIAL.fullmatch(partial)
    assert found is not None
    low, high = sorted((int(found[2]), int(found[3])))
    return ids.between(len(ids) - high, len(ids) - low + 1) if found[1] else ids.between(low - 1, high)
