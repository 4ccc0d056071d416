"""One attempt: what a parser makes of some octets, and whether that is within bounds.

The bounds are those of the security reference, with slack for slow machines, as in ``tests/hostile``: time and memory
that grow with the input, and not faster.
"""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import attrs

from tests.fuzz.parser import Parser
from tests.hostile.memory import peak_octets, reset_peak

__all__ = ["Fault", "attempt", "shrunk"]

_SLACK = 4
_MEGABYTE = 1_000_000


class TooSlow(BaseException):
    """Raised where the parser is, so that no ``except Exception`` of its own takes it."""


@attrs.frozen
class Fault:
    """What is wrong with what became of some octets: ``kind`` is the same for those that show the same fault."""

    kind: str
    text: str


def attempt(parser: Parser, octets: bytes) -> Fault | None:
    """Have octets read, and say what went wrong."""
    before = reset_peak()
    try:
        with _within(_SLACK * (2 + 0.4 * len(octets) / _MEGABYTE)):
            parser.read(octets)
    except parser.raises:
        pass
    except (Exception, TooSlow) as error:
        return Fault(f"{type(error).__name__} at {_place(error)}", traceback.format_exc()[-3_000:])
    growth = peak_octets() - before
    if growth > 64 * _MEGABYTE + _SLACK * 8 * len(octets):
        return Fault("too much memory", f"{growth:,} octets more for {len(octets):,}")
    return None


def _place(error: BaseException) -> str:
    """Name the function of ours that it went through last; where a parser is too slow, that is by chance."""
    if isinstance(error, TooSlow):
        return "any place"
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/msgcore/" in frame.filename] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].name}"


@contextmanager
def _within(cpu_seconds: float) -> Generator[None, None, None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise TooSlow(f"more than {cpu_seconds:.1f} s of the processor")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def shrunk(octets: bytes, is_still: Callable[[bytes], bool], seconds: float = 20.0) -> bytes:
    """Leave out of octets what is not needed for a fault: halves, quarters and so on, down to single octets."""
    until = time.process_time() + seconds
    size = len(octets) // 2
    while size and time.process_time() < until:
        at = 0
        while at < len(octets) and time.process_time() < until:
            shorter = octets[:at] + octets[at + size :]
            if is_still(shorter):
                octets = shorter
            else:
                at += size
        size //= 2
    return octets
