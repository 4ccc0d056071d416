"""A runtime in memory that cuts, delays and drips, and lists what was awaited."""

from msgcore.testing.scripted.faults import Cut as Cut
from msgcore.testing.scripted.faults import Faults as Faults
from msgcore.testing.scripted.faults import by_line as by_line
from msgcore.testing.scripted.faults import by_octet as by_octet
from msgcore.testing.scripted.faults import drip as drip
from msgcore.testing.scripted.faults import whole as whole
from msgcore.testing.scripted.peers import Peer as Peer
from msgcore.testing.scripted.peers import Secured as Secured
from msgcore.testing.scripted.peers import SupportsTls as SupportsTls
from msgcore.testing.scripted.runtime import Answer as Answer
from msgcore.testing.scripted.runtime import ScriptedRuntime as ScriptedRuntime
from msgcore.testing.scripted.served import Serve as Serve
from msgcore.testing.scripted.served import Served as Served
from msgcore.testing.scripted.stream import ScriptedStream as ScriptedStream
from msgcore.testing.scripted.waits import Awaited as Awaited
