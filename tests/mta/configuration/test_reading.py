"""A configuration: what it says, and where it is wrong."""

from __future__ import annotations

import contextlib
import re
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.errors import ConfigurationError, MsgcoreError, UsageError
from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, RetryPolicy, RouteTable
from msgcore.mta.configuration import Configuration, load_configuration, read_configuration
from msgcore.mta.listener import ListenerSettings
from msgcore.mta.listener.content import NamedContentCheck
from msgcore.mta.listener.rates import Rate
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.trust.settings import DkimKey, TrustSettings
from msgcore.runtime import Endpoint, Runtime, TlsServerSettings
from msgcore.runtime.dns import DnsSettings
from msgcore.spi import register_content_check
from msgcore.wire.smtp.server import Client
from tests.shared import REPOSITORY

HERE = Path("/etc/msgcore/mta.toml")

LEAST = """\
[organization]
url = "sqlite:///athena.db"
[node]
host_name = "mx.a.test"
"""

LISTEN = LEAST + "[[listen]]\nport = 25\n"


@attrs.frozen
class WordsConfig:
    words: tuple[str, ...]
    folder: Path = Path("here")


class WordsCheck:
    config_type = WordsConfig

    def __init__(self, config: WordsConfig, runtime: Runtime) -> None:
        self.config = config


@attrs.frozen
class BreakingConfig(WordsConfig):
    def __attrs_post_init__(self) -> None:
        raise ZeroDivisionError


class BreakingCheck(WordsCheck):
    config_type = BreakingConfig


@pytest.fixture(autouse=True)
def _registered() -> None:
    register_content_check("words", WordsCheck)
    register_content_check("breaks", BreakingCheck)


WHOLE = """\
[organization]
url = "postgresql://athena@db.a.test/mail?namespace=athena"
password = "env:DB_PW"
ca_file = "db.pem"

[node]
host_name = "mx.a.test"
grace_seconds = 60
most_in_hand = 500
keep_days = 7
retry = { shortest = "1m", longest = "2h" }

[[listen]]
port = 25
certificate_file = "mx.pem"
key_file = "mx.key"
may_relay = ["127.0.0.0/8", "::1"]
max_message_octets = 1000

[[listen]]
kind = "lmtp"
host = "127.0.0.1"
port = 24

[listen.limits]
connections = "none"
messages = { count = 10 }

[[listen]]
kind = "submission"
port = 465
implicit_tls = true
certificate_file = "mx.pem"
key_file = "mx.key"
may_relay = ["192.0.2.0/24"]
any_sender = ["robot"]

[names]
name_servers = ["127.0.0.1:5353"]
trusts_ad = true

[outbound]
tls = { "b.test" = "verify" }
tls_reports_from = "SMTP:tls@a.test"

[trust]
verifies = true
keys = [{ domain = "a.test", selector = "s1", key = "env:DKIM" }]

[reports]
postmaster = "SMTP:pm@a.test"
delay_notice_after = "never"

[routes]
connectors = [{ name = "out", gateway = "smtp", spaces = [{ type = "SMTP", pattern = "*" }] }]

[metrics]
listen = "[::1]:9125"

[workers]
count = 4
user = "msgcore"

[logging]
level = "warning"
form = "json"
redact = true
"""


def read(text: str) -> Configuration:
    return read_configuration(text, HERE)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DB_PW", "DKIM"):
        monkeypatch.setenv(name, "geheim")


def test_the_least_configuration_takes_no_mail_from_outside_and_is_one_process() -> None:
    configuration = read(LEAST)

    assert str(configuration.organization.url) == "sqlite:////etc/msgcore/athena.db"
    assert (configuration.listen, configuration.routes, configuration.reports, configuration.metrics) == (
        (),
        None,
        None,
        None,
    )
    assert configuration.workers.count == 1


def test_each_section_is_read() -> None:
    configuration = read(WHOLE)

    access = configuration.organization.access
    assert access.password is not None
    assert (access.password.reveal(), access.ca_file) == ("geheim", HERE.parent / "db.pem")
    manager = configuration.manager
    assert (manager.most_in_hand, manager.keep, manager.retry) == (
        500,
        timedelta(days=7),
        RetryPolicy(timedelta(minutes=1), timedelta(hours=2)),
    )
    assert configuration.reports is not None
    assert (configuration.reports.host, configuration.reports.postmaster) == ("mx.a.test", Address("SMTP", "pm@a.test"))
    assert configuration.reports.delay_notice_after is None
    assert configuration.routes == RouteTable([Connector("out", "smtp", [AddressSpace("SMTP", "*")])])
    assert configuration.rooms == {
        "names": DnsSettings(("127.0.0.1:5353",), trusts_ad=True),
        "outbound": OutboundSettings(tls={"b.test": "verify"}, tls_reports_from="SMTP:tls@a.test"),
        "trust": TrustSettings([DkimKey("a.test", "s1", Secret("geheim"))], verifies=True),
    }
    assert configuration.metrics is not None
    assert configuration.metrics.endpoint == Endpoint("::1", 9125, "http")
    assert "geheim" not in repr(configuration)


def test_a_listener_is_as_its_section_says() -> None:
    smtp, lmtp, submission = (one.on for one in read(WHOLE).listen)

    assert smtp.settings is not None
    assert lmtp.settings is not None
    assert (smtp.host, smtp.port, lmtp.host, lmtp.port) == ("", 25, "127.0.0.1", 24)
    assert (smtp.settings.is_lmtp, lmtp.settings.is_lmtp) == (False, True)
    assert smtp.settings.tls == TlsServerSettings(HERE.parent / "mx.pem", HERE.parent / "mx.key")
    assert (smtp.settings.host_name, smtp.settings.max_message_octets) == ("mx.a.test", 1000)
    asked = [Client(address) for address in ("127.0.0.9", "::1", "192.0.2.1")]
    assert [smtp.settings.may_relay(one) for one in asked] == [True, True, False]
    assert [lmtp.settings.may_relay(one) for one in asked] == [False, False, False]
    assert (lmtp.settings.limits.connections, lmtp.settings.limits.messages) == (None, Rate(10))
    assert submission.settings is not None
    assert smtp.settings.tls is not None
    usual = ListenerSettings.submission("mx.a.test", smtp.settings.tls, from_first_octet=True)
    names = ("requires_tls", "mailboxes_log_in", "is_submission", "from_first_octet", "service", "offers")
    assert [getattr(submission.settings, one) for one in names] == [getattr(usual, one) for one in names]
    users = [Client("198.51.100.1"), Client("198.51.100.1", user="ann"), Client("192.0.2.1", user="robot")]
    assert [submission.settings.may_relay(one) for one in users] == [False, True, True]
    assert [submission.settings.may_use_any_sender(one) for one in users] == [False, False, True]


@pytest.mark.parametrize(
    ("written", "name"), [("mx.bücher.test", "mx.xn--bcher-kva.test"), ("MX.a.test.", "MX.a.test")]
)
def test_the_name_of_the_host_is_what_greetings_and_fields_may_hold(written: str, name: str, tmp_path: Path) -> None:
    found = read_configuration(LEAST.replace("mx.a.test", written), tmp_path / "mta.toml")

    assert found.node.host_name == name


WRONG = [
    ("[organization]\nurl = 1\n", 2, "organization.url", "need str, got int"),
    ("[node]\nhost_name = 'x'\n", None, "organization.url", "has to be given"),
    (LEAST + "[nodes]\n", 5, "nodes", "no such section; there are organization, node"),
    (LEAST + "grace = 1\n", 5, "node.grace", "no such key; there are host_name, grace_seconds, batch"),
    (LEAST + "grace_seconds = 0\n", 3, "node", "grace_seconds 0.0: need more than 0"),
    (LEAST.replace("mx.a.test", ""), 3, "node", "host_name '': need the name of this host"),
    (LEAST.replace("mx.a.test", "mx a.test"), 3, "node", "host_name 'mx a.test': need the name of this host"),
    (LEAST + "batch = 0\n", 3, "node", "batch 0: need 1 to 10,000"),
    (LEAST + "retry = { shortest = '5min' }\n", 5, "node.retry.shortest", "is no time span"),
    (LEAST + "[node.retry]\nlongest = '1s'\n", 5, "node.retry", "need a rising time"),
    (LEAST + "[listen]\nport = 25\n", 5, "listen", "need [[listen]]"),
    (LEAST + "[[listen]]\nport = 25\n[[listen]]\nport = '25'\n", 8, "listen[1].port", "need int, got str"),
    (LEAST + "[[listen]]\nport = 70000\n", 5, "listen[0]", "port 70000: need 0 to 65535"),
    (LEAST + "[[listen]]\nport = 25\n[[listen]]\nport = 25\n", 8, "listen[1].port", "listened at already"),
    (
        LEAST + "[[listen]]\nport = 25\nkind = 'smtps'\n",
        7,
        "listen[0].kind",
        "'smtps' is none of smtp, lmtp, submission",
    ),
    (LEAST + "[[listen]]\nport = 25\nmay_relay = ['10.0.0.1/8']\n", 5, "listen[0]", "need a network"),
    (LEAST + "[[listen]]\nport = 25\nkey_file = 'k'\n", 5, "listen[0]", "go together"),
    (LEAST + "[[listen]]\nport = 25\n[listen.limits]\nmessages = {}\n", 8, "listen[0].limits.messages.count", "has to"),
    (LISTEN + "content_checks = 'words'\n", 7, "listen[0].content_checks", "need a list of tables"),
    (LISTEN + "content_checks = ['words']\n", 7, "listen[0].content_checks[0]", "need a table, got str"),
    (LISTEN + "content_checks = [{}]\n", 7, "listen[0].content_checks[0].check", "need the name of a content check"),
    (
        LISTEN + "[[listen.content_checks]]\ncheck = 'nobody-s'\n",
        8,
        "listen[0].content_checks[0].check",
        "'nobody-s' is no content check that is installed",
    ),
    (
        LISTEN + "[[listen.content_checks]]\ncheck = 'words'\nwords = ['x']\nword = 'x'\n",
        10,
        "listen[0].content_checks[0].word",
        "no such key; did you mean",
    ),
    (
        LISTEN + "[[listen.content_checks]]\ncheck = 'words'\nwords = 'x'\n",
        9,
        "listen[0].content_checks[0].words",
        "need a list, got str",
    ),
    (
        LISTEN + "[[listen.content_checks]]\ncheck = 'breaks'\nwords = ['x']\n",
        8,
        "listen[0].content_checks[0].check",
        "ZeroDivisionError",
    ),
    (LEAST + "[[listen]]\nport = 587\nkind = 'submission'\n", 5, "listen[0]", "log in over TLS only"),
    (
        LEAST + "[trust]\nkeys = [{ domain = 'a', selector = 's', key = 'file:none' }]\n",
        6,
        "trust.keys[0].key",
        "none: No",
    ),
    (LEAST + "[outbound]\ntls = { x = 'none' }\n", 6, "outbound.tls.x", "'none' is none of"),
    (LEAST + "[[listen]]\nport = 25\nis_lmtp = true\n", 7, "listen[0].is_lmtp", "no such key"),
    (LEAST + "[[listen]]\nport = 25\noffers = ['X']\n", 5, "listen[0]", "no such extensions: X"),
    (LEAST + "[reports]\npostmaster = 'SMTP:'\n", 6, "reports.postmaster", "SMTP"),
    (LEAST + "[routes]\nfile = 'r.toml'\nsite = 'x'\n", 7, "routes.site", "no such key; there are file"),
    (
        LEAST + "[[routes.connectors]]\nname = 'x'\ngateway = 1\nspaces = []\n",
        7,
        "routes.connectors[0].gateway",
        "need str, got 1",
    ),
    (LEAST + "[metrics]\nlisten = 'localhost:1'\n", 5, "metrics", "need an address and a port"),
    (LEAST + "[metrics]\nlisten = '127.0.0.1:x'\n", 5, "metrics", "need a port"),
    (LEAST + "[workers]\ncount = 0\n", 5, "workers", "count 0: need 1 to 256"),
    (LEAST + "[workers]\ngroup = 'mail'\n", 5, "workers", "a group needs a user"),
    (LEAST + "[logging]\nlevel = 'loud'\n", 6, "logging.level", "'loud' is none of debug, info"),
    (LEAST.replace('db"', "db\"\npassword = 'geheim'"), 3, "organization.password", "given by reference"),
    (LEAST.replace('db"', "db\"\npassword = 'env:NOT_SET'"), 3, "organization.password", "no variable NOT_SET"),
    ("logging = 1\n" + LEAST, 1, "logging", "need a table, got int"),
    (LEAST + "[outbound]\ntls = 5\n", 6, "outbound.tls", "need a table, got int"),
    (LEAST + "[trust]\nverify_seconds = nan\n", 6, "trust.verify_seconds", "need a number"),
    (LEAST + f"[trust]\nverify_seconds = {'9' * 400}\n", 6, "trust.verify_seconds", "need a number"),
    (LEAST + f"[trust]\nmost_questions = {'9' * 5_000}\n", None, None, "is no TOML"),
    ("[organization\n", 1, None, "is no TOML"),
]


@pytest.mark.parametrize(("text", "line", "key", "says"), WRONG)
def test_what_is_wrong_is_told_with_file_line_and_key(text: str, line: int | None, key: str | None, says: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(text)

    assert (raised.value.line, raised.value.key, raised.value.file) == (line, key, HERE)
    assert says in raised.value.problem
    assert "geheim" not in str(raised.value)


@given(st.data())
def test_no_text_is_read_with_another_error(data: st.DataObject) -> None:
    """A part of a whole one, with something else in between."""
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)))))
    between = data.draw(
        st.sampled_from(["", "\n", '"', "[", "]\n", "= 1\n", "= true\n", "= [[]]\n", "x.y = {}\n", "\0"])
    )
    with contextlib.suppress(MsgcoreError):
        read(WHOLE[:start] + between + WHOLE[end:])


def test_routes_may_lie_in_a_file_of_their_own_beside_it(tmp_path: Path) -> None:
    (tmp_path / "mta.toml").write_text(LEAST + "[routes]\nfile = 'routes.toml'\n")
    routes = tmp_path / "routes.toml"
    routes.write_text("[[connectors]]\nname = 'out'\ngateway = 'smtp'\nspaces = [{type = 'SMTP', pattern = '*'}]\n")

    assert load_configuration(tmp_path / "mta.toml").routes == RouteTable(
        [Connector("out", "smtp", [AddressSpace("SMTP", "*")])]
    )
    routes.write_text("[[connectors]]\nname = 'out'\ngateway = 7\nspaces = []\n")
    with pytest.raises(UsageError, match=r"routes.toml:3: "):
        load_configuration(tmp_path / "mta.toml")


@pytest.mark.parametrize("octets", [None, b"\xff\n", b"# " + b"x" * 17_000_000])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, octets: bytes | None) -> None:
    file = tmp_path / "mta.toml"
    if octets is not None:
        file.write_bytes(octets)

    with pytest.raises(ConfigurationError, match=str(file)):
        load_configuration(file)


@pytest.mark.parametrize(
    ("old", "new", "restart", "renews"),
    [
        ("grace_seconds = 60", "grace_seconds = 61", [], True),
        ("port = 25", "port = 26", ["listen (host and port)"], True),
        ('["127.0.0.0/8", "::1"]', '["::1"]', [], True),
        ("max_message_octets = 1000", "max_message_octets = 1001", [], True),
        ("count = 4", "count = 5", ["workers"], False),
        ("[::1]:9125", "[::1]:9126", ["metrics"], False),
        ("namespace=athena", "namespace=hera", ["organization"], False),
        ('pattern = "*"', 'pattern = "*@b.test"', [], False),
        ('"SMTP:pm@a.test"', '"SMTP:po@a.test"', [], True),
        ("redact = true", "redact = false", [], False),
        ("trusts_ad = true", "trusts_ad = false", [], True),
        ("count = 10", "count = 11", [], True),
    ],
)
def test_what_has_changed_needs_new_nodes_a_restart_or_neither(
    old: str, new: str, restart: list[str], renews: bool
) -> None:
    assert old in WHOLE
    before, after = read(WHOLE), read(WHOLE.replace(old, new))

    assert (before.needs_restart(after), before.needs_new_nodes(after)) == (restart, renews)
    assert (before.needs_restart(read(WHOLE)), before.needs_new_nodes(read(WHOLE))) == ([], False)


def test_the_configuration_on_its_page_is_read(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs/running-an-mta.md").read_text(encoding="utf-8")
    text = page.partition("```toml\n")[2].partition("```")[0].replace("/etc/msgcore", str(tmp_path))
    for name in ("db.secret", "dkim.pem"):
        (tmp_path / name).write_text("geheim\n")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "routes.toml").write_text("connectors = []\n")
    (tmp_path / "mta.toml").write_text(text)

    configuration = load_configuration(tmp_path / "mta.toml")
    assert [str(one.endpoint) for one in configuration.listen] == ["smtp :25", "submissions :465", "lmtp 127.0.0.1:24"]
    (tmp_path / "mta.toml").write_text(text.replace("grace_seconds", "grace"))
    with pytest.raises(ConfigurationError) as raised:
        load_configuration(tmp_path / "mta.toml")
    said = re.search(r"    msgcore: /etc/msgcore/(.*), …\n", page)
    assert said is not None
    assert f"{tmp_path}/{said[1]}" in str(raised.value)


CHECKED = (
    LISTEN + "content_check_seconds = 5\ncontent_checks = [{ check = 'words', words = ['x'], folder = 'lists' }]\n"
)


def test_content_checks_are_named_with_their_settings() -> None:
    [one] = read(CHECKED).listen

    assert one.on.settings is not None
    assert one.on.settings.content_check_seconds == 5
    config = WordsConfig(("x",), HERE.parent / "lists")
    assert one.on.settings.content_checks == (NamedContentCheck("words", WordsCheck, config),)


def test_another_setting_of_a_content_check_needs_new_nodes() -> None:
    changed = [read(CHECKED.replace("['x']", "['y']")), read(LISTEN)]

    assert [read(CHECKED).needs_new_nodes(one) for one in (read(CHECKED), *changed)] == [False, True, True]
