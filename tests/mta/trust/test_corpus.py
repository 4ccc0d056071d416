"""Real mail: as it goes out it is signed, and what is signed is right, here and for another implementation."""

from __future__ import annotations

from pathlib import Path

from msgcore.base.text import Secret
from msgcore.codecs import mime
from msgcore.errors import CapabilityMissing
from msgcore.mta.trust.authors import author_domain
from msgcore.mta.trust.canonical import SignedMail
from msgcore.mta.trust.settings import DkimKey
from msgcore.mta.trust.signer import Signer
from tests.codecs.mime.corpus_files import corpus_messages
from tests.mta.trust.letters import DKIMPY, NOW, key, record, verified
from tests.mta.trust.test_results_text import without_own

_LARGE = 10_000


class Nothing:
    """A next hop that offers nothing."""

    def offers(self, keyword: str) -> bool:
        return False


def sent(octets: bytes) -> bytes | None:
    try:
        return mime.wire_writer(mime.read(octets))(Nothing()).octets
    except CapabilityMissing:
        return None


def texts(_: bytes, timeout: float = 5) -> bytes:
    return record()


def test_every_signature_of_real_mail_is_right_and_stays_so_on_the_way() -> None:
    mails = {path: out for path in corpus_messages()[::4] if (out := sent(path.read_bytes())) and len(out) < _LARGE}
    domains = {path: author_domain(SignedMail(octets)) for path, octets in mails.items()}
    keys = [DkimKey(domain, "s", Secret(key()[0])) for domain in sorted(set(domains.values()) - {""})]
    signer, records = Signer(keys, lambda: NOW, Path()), {one.name: record() for one in keys}

    signed = {path: signer.sign(octets, None) for path, octets in mails.items()}

    unsigned = {path for path, octets in mails.items() if signed[path] == octets}
    assert unsigned == {path for path, domain in domains.items() if not domain}
    assert len(signed) - len(unsigned) > 100
    for path in signed.keys() - unsigned:
        assert sent(signed[path]) == signed[path], path.name
        assert verified(signed[path], records)[0].result == "pass", path.name
        assert DKIMPY.verify(signed[path], dnsfunc=texts), path.name


def test_no_real_mail_as_it_lies_there_is_an_error() -> None:
    for path in corpus_messages():
        octets = path.read_bytes()
        verified(octets, {})
        assert without_own(octets) == octets, path.name
