"""Docstrings of the blocking API: those of the coroutines that its methods run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["twin_of"]

C = TypeVar("C", bound=type)


def twin_of(inner: type) -> Callable[[C], C]:
    """Give every public method and property without a docstring the one that ``inner`` has."""

    def document(twin: C) -> C:
        for owner in twin.__mro__:
            for name, member in vars(owner).items():
                original = getattr(inner, name, None)
                if not name.startswith("_") and original is not None and not member.__doc__:
                    member.__doc__ = original.__doc__
        return twin

    return document
