"""Floor 5: the message transfer agent, which chooses gateways by address type, address space and cost."""

from msgcore.mta.connector import Connector as Connector
from msgcore.mta.decision import Candidate as Candidate
from msgcore.mta.decision import Decision as Decision
from msgcore.mta.decision import Reason as Reason
from msgcore.mta.decision import Verdict as Verdict
from msgcore.mta.route import LinkState as LinkState
from msgcore.mta.route import MessageFacts as MessageFacts
from msgcore.mta.route import RouteTable as RouteTable
from msgcore.mta.spaces import AddressSpace as AddressSpace
