"""For tests of programs and plug-ins: conformance suites, loopback servers, runtimes and clocks that tests command.

Nothing is imported with it; each module of it is for itself.
"""

import sys

_SUITES = ("conformance", "delivery", "gateways", "queues", "retrievers", "stores", "transports")

_pytest = sys.modules.get("pytest")
if _pytest is not None:
    # So that a failed assertion of a suite shows its values.
    _pytest.register_assert_rewrite(*(f"{__name__}.{suite}" for suite in _SUITES))
