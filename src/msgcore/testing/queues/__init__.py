"""What every queue keeps: derive a class from :class:`QueueConformance` and say how your queue is opened::

    from msgcore.testing.queues import QueueConformance

    class TestMyQueue(QueueConformance):
        def open_queue(self, runtime: Runtime, place: Path) -> AbstractAsyncContextManager[QueueStore]:
            return open_my_queue(runtime, place / "queue")

Every test runs for blocking and for asyncio callers.
"""

# First, because it names the extra that may be missing.
from msgcore.testing.conformance import needs as needs
from msgcore.testing.queues.accepting import Accepting
from msgcore.testing.queues.administering import Administering
from msgcore.testing.queues.claiming import Claiming
from msgcore.testing.queues.desk import ANN as ANN
from msgcore.testing.queues.desk import LEASE_SECONDS as LEASE_SECONDS
from msgcore.testing.queues.desk import LETTER as LETTER
from msgcore.testing.queues.desk import NOON as NOON
from msgcore.testing.queues.desk import Desk as Desk
from msgcore.testing.queues.desk import to as to
from msgcore.testing.queues.finishing import Finishing
from msgcore.testing.queues.suite import Run as Run
from msgcore.testing.queues.telling import Telling
from msgcore.testing.queues.turns import Turns


class QueueConformance(Accepting, Claiming, Turns, Finishing, Telling, Administering):
    """The suite; what a project says of its queue is in :class:`~msgcore.testing.queues.suite.QueueSuite`."""
