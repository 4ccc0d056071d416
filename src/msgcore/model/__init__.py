"""Floor 2: messages and what belongs to them, as values without I/O."""

from msgcore.model.address import Address as Address
from msgcore.model.aggregate_report import AggregateReport as AggregateReport
from msgcore.model.attachment import Attachment as Attachment
from msgcore.model.compare import compare as compare
from msgcore.model.envelope import Envelope as Envelope
from msgcore.model.feedback_report import FeedbackReport as FeedbackReport
from msgcore.model.headers import Header as Header
from msgcore.model.headers import Headers as Headers
from msgcore.model.levels import Importance as Importance
from msgcore.model.levels import Sensitivity as Sensitivity
from msgcore.model.message import Message as Message
from msgcore.model.outcome import Accepted as Accepted
from msgcore.model.outcome import Deferred as Deferred
from msgcore.model.outcome import Delivered as Delivered
from msgcore.model.outcome import Outcome as Outcome
from msgcore.model.outcome import Outcomes as Outcomes
from msgcore.model.outcome import Pending as Pending
from msgcore.model.outcome import Refused as Refused
from msgcore.model.outcome import Unknown as Unknown
from msgcore.model.read_report import ReadReport as ReadReport
from msgcore.model.recipient import Recipient as Recipient
from msgcore.model.recipient import RecipientKind as RecipientKind
from msgcore.model.report import DeliveryReport as DeliveryReport
from msgcore.model.report import ReportAction as ReportAction
from msgcore.model.report import ReportedRecipient as ReportedRecipient
from msgcore.model.tls_report import TlsReport as TlsReport
