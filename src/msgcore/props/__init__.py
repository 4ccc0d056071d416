"""Properties: typed tags, values, bags, and restrictions over them.

``from msgcore.props import PidTagSubject`` gives any documented property.
"""

from msgcore.props.bag import PropBag as PropBag
from msgcore.props.match import match as match
from msgcore.props.names import all_properties as all_properties
from msgcore.props.names import by_id as by_id
from msgcore.props.names import lookup as lookup
from msgcore.props.restriction import AmbiguousName as AmbiguousName
from msgcore.props.restriction import Restriction as Restriction
from msgcore.props.restriction import SortKey as SortKey
from msgcore.props.restriction import any_attachment as any_attachment
from msgcore.props.restriction import any_recipient as any_recipient
from msgcore.props.restriction import at_most as at_most
from msgcore.props.row import Row as Row
from msgcore.props.search import search as search
from msgcore.props.table import *  # noqa: F403
from msgcore.props.tags import NamedProperty as NamedProperty
from msgcore.props.tags import Property as Property
from msgcore.props.tags import PropertyTag as PropertyTag
from msgcore.props.tags import header_property as header_property
from msgcore.props.types import PropertyType as PropertyType
from msgcore.props.values import PropertyError as PropertyError
from msgcore.props.values import PropertyErrorCode as PropertyErrorCode
from msgcore.props.values import value_size as value_size
