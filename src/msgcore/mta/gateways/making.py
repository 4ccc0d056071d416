"""Gateways by connector: the options of a connector are the configuration of its gateway."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from msgcore.base.text import Secret
from msgcore.mta.node_services import NodeServices
from msgcore.mta.routing.connector import Connector
from msgcore.runtime.abc import Runtime
from msgcore.spi.config import build_config, option_values
from msgcore.spi.plugin import Plugin
from msgcore.spi.registry import gateway

__all__ = ["make_gateway"]


def make_gateway(
    connector: Connector,
    runtime: Runtime,
    folder: Path,
    secret: Callable[[str], Secret],
    services: NodeServices | None = None,
) -> Plugin:
    """Make a connector's gateway; it does no I/O before its first delivery.

    One that ``takes_services`` is given the node's.

    Raises:
        UsageError: the gateway is not installed, or does not take the options.
        NotSupported: it cannot do what its options say.
        SetupError: a secret is missing; ``PluginBroken`` when the gateway cannot be loaded or made.
    """
    gateway_class = gateway(connector.gateway)
    values = option_values(gateway_class.config_type, connector.options)
    config = build_config(gateway_class.config_type, values, folder=folder, secret=secret)
    make: Callable[[Any, Runtime], object] = gateway_class
    if getattr(gateway_class, "takes_services", False):
        make = functools.partial(cast(Callable[..., object], gateway_class), services=services)
    return Plugin.make(f"gateway {connector.gateway}", make, config, runtime)
