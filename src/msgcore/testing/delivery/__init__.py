"""What the suites for transports and gateways have in common: handing letters over to a far end."""

from msgcore.testing.delivery.life import LifeTests
from msgcore.testing.delivery.outcomes import OutcomeTests
from msgcore.testing.delivery.secrets import SecretTests
from msgcore.testing.delivery.suite import F
from msgcore.testing.delivery.trouble import TroubleTests

__all__ = ["DeliveryConformance"]


class DeliveryConformance(OutcomeTests[F], TroubleTests[F], SecretTests[F], LifeTests[F]):
    """The facts that hold for transports and for gateways."""
