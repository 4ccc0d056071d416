"""What every store keeps: the suite for message stores.

Derive a class from :class:`StoreConformance` and say how your store is configured::

    from msgcore.testing.stores import StoreConformance

    class TestMyStore(StoreConformance):
        service_class = MyService
        capabilities = frozenset({Capability.CREATE, Capability.READ_FLAGS, Capability.DELETE})

        def config(self, place: Path) -> MyConfig:
            return MyConfig(path=place / "mail")

A store that cannot save messages says how they come into it with :meth:`~StoreConformance.fill`.
"""

# First, because it names the extra that may be missing.
from msgcore.testing.conformance import needs as needs
from msgcore.testing.stores.associated import Associated
from msgcore.testing.stores.changes import Changes
from msgcore.testing.stores.conduct import Conduct
from msgcore.testing.stores.contents import Contents
from msgcore.testing.stores.folder_properties import FolderProperties
from msgcore.testing.stores.folders import Folders
from msgcore.testing.stores.groups import Groups
from msgcore.testing.stores.hierarchy import Hierarchy
from msgcore.testing.stores.identity import Identity
from msgcore.testing.stores.journaling import Journaling
from msgcore.testing.stores.loading import Loading
from msgcore.testing.stores.maintaining import Maintaining
from msgcore.testing.stores.moves import Moves
from msgcore.testing.stores.noting import Receipts, Statuses
from msgcore.testing.stores.paging import Paging
from msgcore.testing.stores.queueing import Queueing
from msgcore.testing.stores.receiving import Receiving
from msgcore.testing.stores.recovering import Recovering
from msgcore.testing.stores.saving import Saving
from msgcore.testing.stores.searching import Searching
from msgcore.testing.stores.settling import Settling
from msgcore.testing.stores.storing_once import StoringOnce
from msgcore.testing.stores.streaming import Streaming
from msgcore.testing.stores.submitting import Submitting
from msgcore.testing.stores.synchronising import Synchronising
from msgcore.testing.stores.tables import Tables
from msgcore.testing.stores.telling import Telling

__all__ = ["StoreConformance"]


class StoreConformance(
    Identity,
    Contents,
    Loading,
    Tables,
    Paging,
    Groups,
    Saving,
    Changes,
    Moves,
    Recovering,
    Folders,
    Hierarchy,
    FolderProperties,
    Receiving,
    Searching,
    Associated,
    Statuses,
    Receipts,
    Streaming,
    Synchronising,
    Telling,
    Maintaining,
    Journaling,
    StoringOnce,
    Submitting,
    Settling,
    Queueing,
    Conduct,
):
    """The suite; what a project says of its store is in :class:`~msgcore.testing.stores.suite.StoreSuite`."""
