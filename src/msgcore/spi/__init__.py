"""Floor 4: what a plug-in implements, and how it is found; with the values that its methods take."""

from msgcore.base.ids import EntryId as EntryId
from msgcore.base.ids import ObjectKind as ObjectKind
from msgcore.base.text import Secret as Secret
from msgcore.base.times import Deadline as Deadline
from msgcore.model.envelope import Envelope as Envelope
from msgcore.props.key import PropertyKey as PropertyKey
from msgcore.runtime.abc import Runtime as Runtime
from msgcore.spi.addressbook import AddressBookProvider as AddressBookProvider
from msgcore.spi.capability import Capability as Capability
from msgcore.spi.check import check_query as check_query
from msgcore.spi.gateway import Content as Content
from msgcore.spi.gateway import Gateway as Gateway
from msgcore.spi.limited import limit_attachments as limit_attachments
from msgcore.spi.registry import register_gateway as register_gateway
from msgcore.spi.registry import register_service as register_service
from msgcore.spi.rows import count_rows as count_rows
from msgcore.spi.rows import group_rows as group_rows
from msgcore.spi.rows import select as select
from msgcore.spi.settings import setting as setting
from msgcore.spi.store import EVERY_ROW as EVERY_ROW
from msgcore.spi.store import FolderFacts as FolderFacts
from msgcore.spi.store import Incoming as Incoming
from msgcore.spi.store import SpecialFolder as SpecialFolder
from msgcore.spi.store import StoreProvider as StoreProvider
from msgcore.spi.store import TableQuery as TableQuery
from msgcore.spi.transport import TransportProvider as TransportProvider
