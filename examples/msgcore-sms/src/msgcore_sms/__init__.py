"""Short messages for msgcore: a message service and a gateway, both named ``sms``."""

from msgcore_sms.config import SmsConfig as SmsConfig
from msgcore_sms.gateway import SmsGateway as SmsGateway
from msgcore_sms.transport import SmsTransport as SmsTransport
