"""An organisation: mailboxes, addresses, routes and an MTA in one database; what Exchange Server was to its clients.

A profile's ``organization`` service gives one mailbox's store, the relay into the MTA, and the directory as an address
book. :class:`SqlOrganization` administers the whole.
"""

from msgcore.providers.organization.administration import SqlOrganization as SqlOrganization
from msgcore.providers.organization.service import OrganizationConfig as OrganizationConfig
from msgcore.providers.organization.service import OrganizationService as OrganizationService
