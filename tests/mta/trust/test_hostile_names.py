"""Whatever the records of strangers say, looking ends with a result, after so many questions."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.times import Deadline
from msgcore.errors import InvalidAddress, ResolverFailed
from msgcore.mta.trust.canonical import SignedMail
from msgcore.mta.trust.dmarc import DmarcResult, author_policies, judge
from msgcore.mta.trust.lookups import Lookups
from msgcore.mta.trust.spf import SpfResult, check_spf
from msgcore.runtime.abc import NEVER
from msgcore.runtime.dns import DnsAnswer, DnsKind, MxRecord
from tests.mta.trust.letters import LETTER, run

_TERMS = (
    *("v=spf1", "-all", "a", "mx", "mx/0", "a//128", "ptr", "exists:%{ir}.%{l1r-}.%{d}", "include:%{d2}.b.test"),
    *("include:a.test", "redirect=a.test", "redirect=b.test", "exp=%{h}.test", "ip4:1.2.3.4/99", "ip4:192.0.2.1"),
    *("%{", "%{z}", "=", ":", "/", "mx:a..test", "include:", "\N{SNOWMAN}", "a:%{p}.test", "moo=%{", "A:[1]", "ip6:%"),
    *("exists:%{s}%{o}%{i9999999999999}", "a:" + "x" * 300, "ip6:::1/0"),
)
_TAGS = (
    *("v=DMARC1", "p=reject", "p=", "p=none", "sp=quarantine", "np=reject", "pct=50", "pct=\N{SUPERSCRIPT TWO}"),
    *("adkim=s", "aspf=s", "rua=mailto:x", "=", "p", "v=DMARC1 ", "\0", "p=reject; p=none", "pct=9999"),
)
_records = st.lists(st.sampled_from(_TERMS), max_size=12).map(" ".join)
_policies = st.lists(st.sampled_from(_TAGS), max_size=6).map(";".join)
_texts = st.lists(st.one_of(_records.map("v=spf1 {}".format), _records, _policies), max_size=3)
_hosts = st.lists(
    st.sampled_from(["192.0.2.1", "192.0.2.9", "::1", "a.test", "x" * 70, "", "a b", "mx..test"]), max_size=12
)
_faults = st.sampled_from([None, None, None, ResolverFailed("no answer"), InvalidAddress("no name")])


class Names:
    """Answers for every name alike."""

    def __init__(self, texts: list[str], hosts: list[str], fault: Exception | None) -> None:
        self._texts = tuple(text.encode() for text in texts)
        self._hosts = tuple(hosts)
        self._fault = fault
        self.asked = 0

    async def ask(self, name: str, kind: DnsKind, deadline: Deadline) -> DnsAnswer:
        self.asked += 1
        if self._fault is not None and self.asked > 2:
            raise self._fault
        records: Any = self._texts if kind is DnsKind.TXT else self._hosts
        if kind is DnsKind.MX:
            records = tuple(MxRecord(place, host) for place, host in enumerate(self._hosts))
        return DnsAnswer(name, kind, records, bool(records), False, name, 60)


names = st.builds(Names, _texts, _hosts, _faults)
words = st.text(st.sampled_from('ab@.\\"-%{}~ \u20ac'), max_size=12)


def lookups(known: Any) -> Lookups:
    return Lookups(known, 60, NEVER)


@given(names, st.sampled_from(["192.0.2.1", "::ffff:192.0.2.9", "2001:db8::1", "fe80::1%eth0", "?"]), words, words)
def test_spf_of_any_records_is_a_result(known: Names, address: str, local: str, hello: str) -> None:
    found = run(check_spf(lookups(known), address, "a.test", local, hello, "mailfrom"))

    assert found.result in {"none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"}
    assert known.asked <= 60


class ManyHosts:
    """Every name has as many addresses as an answer holds, and mail servers that are such names."""

    async def ask(self, name: str, kind: DnsKind, deadline: Deadline) -> DnsAnswer:
        records: Any = [f"198.51.{number // 250}.{number % 250}" for number in range(3_000)]
        if kind is DnsKind.TXT:
            records = [b"v=spf1 " + b" ".join(b"mx:%d.evil.test" % number for number in range(9)) + b" -all"]
        elif kind is DnsKind.MX:
            records = [MxRecord(number, f"{number}.{name}") for number in range(10)]
        return DnsAnswer(name, kind, tuple(records), True, False, name, 60)


def test_spf_with_more_addresses_than_anybody_has_ends_early() -> None:
    """It would take more than a minute, in which nobody else's mail is taken."""
    found = run(check_spf(lookups(ManyHosts()), "192.0.2.1", "evil.test", "ann", "", "mailfrom"))

    assert (found.result, found.reason) == ("permerror", "SPF Permanent Error: too many addresses")


@given(
    names,
    st.sampled_from(
        [b"ann@a.test", b"ann@x.co.uk", b"ann@", b'"', b"a@[1.2.3.4]", b"a@\xff.test", b"a@" + b"b." * 200]
    ),
)
def test_dmarc_of_any_records_is_a_result(known: Names, author: bytes) -> None:
    mail = SignedMail(LETTER.replace(b"ann@a.test", author))

    policies = run(author_policies(mail, lookups(known)))
    found: DmarcResult = judge(policies, mail, SpfResult("fail", "mailfrom", "b.test"), ())

    assert found.result in {"fail", "none", "temperror", "permerror"}
    assert (found.wants in {"none", "quarantine", "reject"}, known.asked <= 3) == (True, True)
