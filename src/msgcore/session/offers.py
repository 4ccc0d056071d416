"""What the services of a profile offer one another, and what is missing for mail to be sent and received by them.

A pure look at services that have been asked one by one. Of one that did not say what it offers (it failed, or is yet to
be made) nothing is missed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from msgcore.errors import ProfileError
from msgcore.profile.profile import Profile, ServiceEntry
from msgcore.spi.capability import Capability, capabilities_of
from msgcore.spi.hooks import InboundHook, OutboundHook
from msgcore.spi.retrieval import RetrievingProvider
from msgcore.spi.store import StoreProvider
from msgcore.spi.transport import TransportProvider

__all__ = ["Offer", "missing_from", "offer_of"]

_ADD = "add personal-folders"
_SEES_NOTHING = "it sees mail that is retrieved, and no service here retrieves any: what servers deliver passes no hook"


@attrs.frozen
class Offer:
    """What a service gives to the others of its profile."""

    has_outbox: bool = False
    has_journal: bool = False
    has_transport: bool = False
    has_address: bool = False
    retrieves: bool = False
    has_hook: bool = False
    only_sees_retrieved: bool = False
    """Whether it is a hook of incoming mail, and nothing else."""


def offer_of(providers: Sequence[object]) -> Offer:
    """Say what a service's providers come to; raises what a property of theirs does."""
    stores = [capabilities_of(one) for one in providers if isinstance(one, StoreProvider)]
    transports = [one for one in providers if isinstance(one, TransportProvider)]
    hooks = [one for one in providers if isinstance(one, OutboundHook | InboundHook)]
    return Offer(
        has_outbox=any(Capability.OUTGOING_QUEUE in able for able in stores),
        has_journal=any(Capability.JOURNAL in able for able in stores),
        has_transport=bool(transports),
        has_address=any(getattr(one, "identity", None) is not None for one in transports),
        retrieves=any(isinstance(one, RetrievingProvider) for one in providers),
        has_hook=bool(hooks),
        only_sees_retrieved=len(hooks) == len(providers) and not any(isinstance(one, OutboundHook) for one in hooks),
    )


def missing_from(
    profile: Profile, offers: Mapping[int, Offer]
) -> tuple[dict[int, list[ProfileError]], list[ProfileError]]:
    """Say what is missing of each service, by its number, and of the profile as a whole."""
    entries = dict(enumerate(profile.services))
    of_services: dict[int, list[ProfileError]] = {}
    retrieves = len(offers) < len(entries) or any(offer.retrieves for offer in offers.values())
    for number, offer in offers.items():
        entry = entries[number]
        problems = [
            ("default_store", "its store has no outbox", entry.is_default_store and not offer.has_outbox),
            ("primary_identity", "it has no address", entry.is_primary_identity and not offer.has_address),
            ("hook", "it is none", entry.is_hook and not offer.has_hook),
            ("service", _SEES_NOTHING, offer.only_sees_retrieved and not retrieves),
        ]
        of_services[number] = [ProfileError(text, key=key) for key, text, is_missing in problems if is_missing]
        if offer.retrieves:
            of_services[number] += _no_place_for_mail(entry, entries, offers)
    whole: list[ProfileError] = []
    sends = any(offer.has_transport for offer in offers.values())
    if sends and _default_store(entries, offers) is None:
        whole.append(ProfileError(f"no service has a store with an outbox, which submit needs: {_ADD}"))
    return of_services, whole


def _default_store(entries: Mapping[int, ServiceEntry], offers: Mapping[int, Offer]) -> int | None:
    """Find the service that has the default store, or may have it; one that is named has it, whatever it offers."""
    named = next((number for number, entry in entries.items() if entry.is_default_store), None)
    maybe = (number for number in entries if number not in offers or offers[number].has_outbox)
    return next(maybe, None) if named is None else named


def _no_place_for_mail(
    entry: ServiceEntry, entries: Mapping[int, ServiceEntry], offers: Mapping[int, Offer]
) -> list[ProfileError]:
    name = entry.values.get("deliver_to")
    if isinstance(name, str):
        place = next((number for number, one in entries.items() if one.name == name), None)
    else:
        place = _default_store(entries, offers)
        if place is None:  # mail comes into a store without an outbox, too
            place = next((number for number, offer in offers.items() if offer.has_journal), None)
    if place is not None and (place not in offers or offers[place].has_journal):
        return []
    problem = f"{entries[place].name} keeps no journal of what was retrieved" if place is not None else "there is none"
    return [ProfileError(f"needs a store that mail can be retrieved into, and {problem}: {_ADD}", key="deliver_to")]
