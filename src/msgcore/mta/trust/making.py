"""What a node is given by its settings: who signs, and who looks. Reads files, so it is called in a thread."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from msgcore.base.times import Deadline
from msgcore.mta.trust.lookups import Lookups
from msgcore.mta.trust.settings import TrustSettings
from msgcore.mta.trust.signer import KeyFinding, Signer
from msgcore.mta.trust.verifier import Verifier
from msgcore.runtime import dns
from msgcore.runtime.abc import Runtime
from msgcore.runtime.dns import DnsSettings

if TYPE_CHECKING:
    from msgcore.runtime.dns import Resolver

__all__ = ["check_keys", "signer_of", "verifier_of"]


def signer_of(trust: TrustSettings, runtime: Runtime, folder: Path, host_name: str = "") -> Signer | None:
    """Make who signs, if there are keys; raises as :class:`Signer` does."""
    if not trust.keys:
        return None
    return Signer(trust.keys, runtime.now, folder, host_name=host_name, seals_as=trust.seals_as)


def verifier_of(
    trust: TrustSettings, runtime: Runtime, resolver: Callable[[], Resolver], own_names: Collection[str] = ()
) -> Verifier | None:
    """Make who looks, if anybody is to; raises as :class:`Verifier` does."""
    return Verifier(runtime, resolver(), trust, own_names) if trust.verifies else None


async def check_keys(
    trust: TrustSettings, names: DnsSettings, runtime: Runtime, folder: Path, deadline: Deadline
) -> tuple[KeyFinding, ...]:
    """Ask DNS whether the keys are published as they are; raises as :class:`Signer` does."""
    signer = await runtime.in_thread(lambda: signer_of(trust, runtime, folder), deadline)
    if signer is None:
        return ()
    return await signer.check(Lookups(dns.Resolver(runtime, names), len(trust.keys), deadline).texts)
