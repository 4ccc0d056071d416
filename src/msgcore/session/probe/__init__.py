"""Who answers at a URL, what it offers, and how safe that is."""

from msgcore.session.probe.by_url import PROBE_TIMEOUT_SECONDS as PROBE_TIMEOUT_SECONDS
from msgcore.session.probe.by_url import probe as probe
from msgcore.session.probe.certificate import Certificate as Certificate
from msgcore.session.probe.report import Check as Check
from msgcore.session.probe.report import Confidence as Confidence
from msgcore.session.probe.report import Guess as Guess
from msgcore.session.probe.report import ProbeReport as ProbeReport
from msgcore.session.probe.report import TlsSeen as TlsSeen
from msgcore.session.probe.report import Verdict as Verdict
