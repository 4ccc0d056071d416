"""Listeners: where mail comes in, over SMTP and LMTP."""

from msgcore.mta.listener.clients import ClientTest as ClientTest
from msgcore.mta.listener.clients import any_of as any_of
from msgcore.mta.listener.clients import from_networks as from_networks
from msgcore.mta.listener.clients import is_logged_in as is_logged_in
from msgcore.mta.listener.clients import logged_in_as as logged_in_as
from msgcore.mta.listener.clients import nobody as nobody
from msgcore.mta.listener.content import ArrivingMail as ArrivingMail
from msgcore.mta.listener.content import ContentAnswer as ContentAnswer
from msgcore.mta.listener.content import ContentCheck as ContentCheck
from msgcore.mta.listener.content import ContentCheckFunction as ContentCheckFunction
from msgcore.mta.listener.content import Marked as Marked
from msgcore.mta.listener.limits import IntakeLimits as IntakeLimits
from msgcore.mta.listener.listener import Listener as Listener
from msgcore.mta.listener.rates import Rate as Rate
from msgcore.mta.listener.recipients import Arrival as Arrival
from msgcore.mta.listener.recipients import DirectoryCheck as DirectoryCheck
from msgcore.mta.listener.recipients import RecipientCheck as RecipientCheck
from msgcore.mta.listener.settings import ListenerSettings as ListenerSettings
from msgcore.mta.listener.users import Users as Users
