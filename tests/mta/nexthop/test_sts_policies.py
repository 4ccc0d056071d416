"""Policies that are fetched over HTTPS, and kept as long as they last."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta

import attrs
import dns.message
import dns.rrset
import pytest

from msgcore.base.times import Deadline
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.nexthop.sts_policies import FoundPolicy, KeptPolicy, StsPolicies
from msgcore.runtime import Runtime
from msgcore.runtime.dns import DnsSettings, Resolver
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call
from tests.servers import Authority, KeyPair
from tests.servers.https_server import HttpsServer, Page
from tests.servers.name_server import NameServer, servfail

POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: mx.b.test\r\nmax_age: 604800\r\n"
TXT = "_mta-sts.b.test TXT"


@pytest.fixture(scope="module")
def web_pair(authority: Authority) -> KeyPair:
    return authority.issue("mta-sts.b.test")


@attrs.define
class InMemory:
    """Keeps policies as a database does, for several nodes."""

    kept: dict[str, KeptPolicy] = attrs.field(factory=dict[str, KeptPolicy])

    async def kept_policy(self, domain: str, deadline: Deadline) -> KeptPolicy | None:
        return self.kept.get(domain)

    async def keep_policy(self, kept: KeptPolicy, deadline: Deadline) -> None:
        self.kept[kept.domain] = kept


@attrs.define
class Web:
    """A domain with a policy, and the time of day."""

    names: NameServer
    server: HttpsServer
    authority: Authority
    clock: ManualClock = attrs.field(factory=ManualClock)
    keeper: InMemory = attrs.field(factory=InMemory)

    def look(self, mode: Mode, *, after: timedelta = timedelta()) -> FoundPolicy:
        """Look for the policy as another node does, that knows no more than the database."""
        return self.looks(mode, after)[0]

    def looks(self, mode: Mode, *pauses: timedelta) -> list[FoundPolicy]:
        """Look for the policy again and again, in one process."""
        settings = OutboundSettings(ca_file=self.authority.ca_file, https_port=self.server.port)
        runtime = runtime_on(mode, self.clock)

        async def main(runtime: Runtime) -> list[FoundPolicy]:
            policies = StsPolicies(runtime, Resolver(runtime, self.names.settings), settings, self.keeper)
            found: list[FoundPolicy] = []
            for pause in pauses:
                self.clock.move(pause.total_seconds())
                found.append(await policies.policy("b.test", runtime.deadline(30)))
            return found

        return call(runtime, main)


@pytest.fixture
def web(authority: Authority, web_pair: KeyPair) -> Iterator[Web]:
    zone = '_mta-sts TXT "v=STSv1; id=1;"\nmta-sts A 127.0.0.1'
    with NameServer({"b.test": zone}) as names, HttpsServer(web_pair, Page(POLICY)) as server:
        yield Web(names, server, authority)


def is_enforced(found: FoundPolicy) -> bool:
    return found.policy is not None and found.policy.mode == "enforce" and found.policy.hosts == ("mx.b.test",)


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode: Mode = request.param
    return mode


DAY = timedelta(days=1)
NOW = timedelta()
MINUTES = timedelta(minutes=2)


def test_a_policy_is_fetched_once_and_known_to_all_nodes(mode: Mode, web: Web) -> None:
    assert [is_enforced(found) for found in web.looks(mode, NOW, NOW, MINUTES)] == [True] * 3
    assert is_enforced(web.look(mode))

    assert [first for first, _ in web.server.asked] == ["GET /.well-known/mta-sts.txt HTTP/1.1"]


def test_a_name_that_is_too_long_for_a_promise_has_none() -> None:
    async def main(runtime: Runtime) -> FoundPolicy:
        policies = StsPolicies(runtime, Resolver(runtime, DnsSettings()), OutboundSettings())
        return await policies.policy(".".join(["a" * 60] * 4) + ".bc", runtime.deadline(30))

    assert Mode.BLOCKING.run(main) == FoundPolicy()


def test_policies_in_memory_have_a_bound_in_octets() -> None:
    """A domain decides itself how long its policy is, and 10,000 of them at their longest are 640 MB."""
    clock, keeper = ManualClock(), InMemory()
    text = POLICY.decode() + "x: y\n" * 1_000
    names = [f"d{number}.test" for number in range(5)]

    async def main(runtime: Runtime) -> list[int]:
        now = runtime.now()
        keeper.kept = {name: KeptPolicy(name, "1", text, now, now + DAY) for name in names}
        policies = StsPolicies(
            runtime, Resolver(runtime, server.settings), OutboundSettings(), keeper, most_octets=2 * len(text)
        )
        found = [await policies.policy(name, runtime.deadline(30)) for name in (*names, names[0])]
        assert all(map(is_enforced, found))
        return [policies.octets]

    with NameServer(dict.fromkeys(names, '_mta-sts TXT "v=STSv1; id=1;"')) as server:
        assert call(runtime_on(Mode.BLOCKING, clock), main) == [2 * len(text)]


def test_without_a_promise_in_dns_nobody_is_asked(web: Web) -> None:
    web.names.faults[TXT] = servfail

    assert (web.look(Mode.BLOCKING), web.server.asked) == (FoundPolicy(is_certain=False), [])


FAULTS = {
    "status": (Page(POLICY, status=404), "sts-policy-fetch-error"),
    "redirect": (Page(b"", status=301, header=("Location: https://evil.test/",)), "sts-policy-fetch-error"),
    "media type": (Page(POLICY, "text/html"), "sts-policy-invalid"),
    "no policy": (Page(b"<html>"), "sts-policy-invalid"),
    "too long": (Page(POLICY + b"x: y\n" * 20_000), "sts-policy-invalid"),
    "cut": (Page(POLICY, is_cut=True), "sts-policy-fetch-error"),
}


@pytest.mark.parametrize(("page", "problem"), FAULTS.values(), ids=FAULTS)
def test_what_is_no_policy_is_not_believed_and_asked_for_again_only_after_a_while(
    web: Web, page: Page, problem: str
) -> None:
    web.server.page = page

    assert web.looks(Mode.BLOCKING, NOW, MINUTES, MINUTES) == [FoundPolicy(None, problem)] * 3
    assert len(web.server.asked) == 1
    web.server.page = Page(POLICY)
    assert is_enforced(web.looks(Mode.BLOCKING, MINUTES)[0])


def test_what_is_not_installed_here_is_not_told_as_a_fault_of_the_domain(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "h11", None)

    assert web.look(Mode.BLOCKING) == FoundPolicy()


def test_whoever_cannot_prove_to_be_the_policy_s_host_says_nothing(mode: Mode, web: Web) -> None:
    web.server.show(web.authority.issue("www.b.test"))

    assert (web.look(mode), web.server.asked) == (FoundPolicy(None, "sts-webpki-invalid"), [])


def without_records(answer: dns.message.Message) -> dns.message.Message:
    answer.answer.clear()
    return answer


@pytest.mark.parametrize("fault", ["no record", "no answer", "no page", "another page", "mode none under another id"])
def test_a_policy_that_is_kept_holds_until_its_time_is_over(web: Web, fault: str) -> None:
    """Whoever could make it vanish could read the mail."""
    assert is_enforced(web.look(Mode.BLOCKING))
    if fault == "no answer":
        web.names.faults[TXT] = servfail
    elif fault == "no record":
        web.names.faults[TXT] = without_records
    elif fault == "no page":
        web.server.page = Page(b"", status=500)
    elif fault == "another page":
        web.server.page = Page(b"<html>")
    else:
        web.names.faults[TXT] = renewed
        web.server.page = Page(POLICY.replace(b"enforce", b"none"))
    after = web.looks(Mode.BLOCKING, 2 * DAY, 4 * DAY)

    if fault.startswith("mode none"):  # its own host says so, over TLS: that is no attack
        assert [found.policy and found.policy.mode for found in after] == ["none", "none"]
        return
    assert [is_enforced(found) for found in after] == [True, True]
    [late] = web.looks(Mode.BLOCKING, 2 * DAY)
    assert late.policy is None


def renewed(answer: dns.message.Message) -> dns.message.Message:
    name = answer.question[0].name
    answer.answer[:] = [dns.rrset.from_text(name, 60, "IN", "TXT", '"v=STSv1; id=2;"')]
    return answer


def test_another_id_is_another_policy(mode: Mode, web: Web) -> None:
    assert is_enforced(web.look(mode))
    web.names.faults[TXT] = renewed
    web.server.page = Page(POLICY.replace(b"mx.b.test", b"*.b.test"))
    [found] = web.looks(mode, timedelta(minutes=10))

    assert found.policy is not None and found.policy.hosts == ("*.b.test",)
    assert web.keeper.kept["b.test"].policy_id == "2"
