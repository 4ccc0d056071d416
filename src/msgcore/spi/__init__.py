"""Floor 4: what a plug-in implements, and how it is found."""

from msgcore.spi.gateway import Content as Content
from msgcore.spi.gateway import Gateway as Gateway
from msgcore.spi.registry import register_gateway as register_gateway
from msgcore.spi.registry import register_service as register_service
from msgcore.spi.store import StoreProvider as StoreProvider
from msgcore.spi.transport import TransportProvider as TransportProvider
