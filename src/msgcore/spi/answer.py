"""What a method of a plug-in gives: a plain ``def`` the value, an ``async def`` the same when it is awaited."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeAlias, TypeVar

__all__ = ["Answer"]

T = TypeVar("T")

Answer: TypeAlias = T | Awaitable[T]
