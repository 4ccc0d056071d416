"""Floor 5: the message transfer agent, which chooses gateways by address type, address space and cost."""

from msgcore.mta.routing.connector import Connector as Connector
from msgcore.mta.routing.decision import Candidate as Candidate
from msgcore.mta.routing.decision import Decision as Decision
from msgcore.mta.routing.decision import Reason as Reason
from msgcore.mta.routing.decision import Verdict as Verdict
from msgcore.mta.routing.route import LinkState as LinkState
from msgcore.mta.routing.route import MessageFacts as MessageFacts
from msgcore.mta.routing.route import RouteTable as RouteTable
from msgcore.mta.routing.spaces import AddressSpace as AddressSpace
