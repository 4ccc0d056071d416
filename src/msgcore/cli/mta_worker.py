"""The process of one worker of an MTA, which ``python -m msgcore mta`` starts; nobody else has a use for it."""

from __future__ import annotations

import asyncio
import sys

__all__ = ["main"]


def main() -> int:
    """Work for the process that started this one."""
    from msgcore.mta.operation.working import work_for
    from msgcore.runtime.child import Parent

    async def work() -> int:
        return await work_for(await Parent.meet())

    return asyncio.run(work())


if __name__ == "__main__":
    sys.exit(main())
