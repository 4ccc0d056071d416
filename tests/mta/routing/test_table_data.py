"""Route tables as plain data, and what is said about wrong ones."""

import json
import re
import tomllib

import attrs
import pytest
from hypothesis import given

from msgcore.errors import UsageError
from msgcore.mta import AddressSpace, Connector, RouteTable, Schedule
from tests.mta.routing.tables import tables

WHOLE = RouteTable(
    [
        Connector(
            "internet",
            "smtp",
            [AddressSpace("SMTP", "*", 10, scope=["north"], fallthrough=True)],
            {"relay": "smtp+starttls://out.a.test"},
            is_enabled=False,
            max_size_octets=0,
            only_from=["*@a.test"],
            weight=2,
            never_from=["eve@a.test"],
            message_classes=["IPM.Note"],
            priorities=(-9, 0),
            capabilities=["SMTPUTF8", "8BITMIME"],
            needs_verdicts=["dmarc=pass", "spf=pass"],
            refuses_verdicts=["policy=reject"],
            leads_to="south",
            site="north",
            schedule=Schedule(["Mon-Fri 22:00-06:00"], "Europe/Stockholm"),
            max_tries=144,
            retry_shortest_seconds=0.5,
            retry_longest_seconds=14_400,
            max_recipients=50,
            max_sessions=4,
            content="plain",
        )
    ],
    policy="least_cost",
    site="north",
    locations=["lab"],
)


@given(tables())
def test_a_table_survives_json(table: RouteTable) -> None:
    assert RouteTable.from_data(json.loads(json.dumps(table.to_data()))) == table


def test_every_field_of_a_connector_survives() -> None:
    assert all(
        getattr(WHOLE.connectors[0], field.name) != field.default
        for field in attrs.fields(Connector)
        if field.init and field.name != "options"
    )
    assert RouteTable.from_data(json.loads(json.dumps(WHOLE.to_data()))) == WHOLE


def test_what_has_its_default_is_not_written() -> None:
    table = RouteTable([Connector("a", "smtp", [AddressSpace("SMTP", "*")])])

    space = {"type": "SMTP", "pattern": "*", "cost": 1}
    assert table.to_data() == {"connectors": [{"name": "a", "gateway": "smtp", "spaces": [space]}]}


def test_the_documented_toml_is_read() -> None:
    data = tomllib.loads("""
        [[connectors]]
        name = "internet"
        gateway = "smtp"
        options = { relay = "smtp+starttls://out.a.test" }
        spaces = [{ type = "SMTP", pattern = "*", cost = 10 }]
    """)

    assert RouteTable.from_data(data).route("bob@b.test").options == {"relay": "smtp+starttls://out.a.test"}


SPACE = {"type": "SMTP", "pattern": "*"}
PLAIN = {"name": "a", "gateway": "smtp", "spaces": [SPACE]}


@pytest.mark.parametrize(
    ("connector", "complaint"),
    [
        ({"gateway": "smtp", "spaces": [SPACE]}, "connectors[0].name: is missing"),
        ({"name": 1, "gateway": "smtp", "spaces": [SPACE]}, "connectors[0].name: need str, got 1"),
        ({"name": "a", "gateway": "smtp"}, "connectors[0].spaces: is missing"),
        ({"name": "a", "gateway": "smtp", "spaces": {}}, "connectors[0].spaces: need an array"),
        ({"name": "a", "gateway": "smtp", "spaces": ["*"]}, "connectors[0].spaces[0]: need a table"),
        ({"name": "a", "gateway": "smtp", "spaces": [{"type": "SMTP"}]}, "connectors[0].spaces[0].pattern: is missing"),
        ({"name": "a", "gateway": "smtp", "spaces": [{**SPACE, "cost": 0}]}, "connectors[0].spaces[0]: SMTP:*: cost 0"),
        ({"name": "a", "gateway": "smtp", "spaces": [{**SPACE, "cost": True}]}, "spaces[0].cost: need int"),
        ({"name": "a", "gateway": "smtp", "spaces": [{**SPACE, "costs": 1}]}, "spaces[0].costs: there is no such key"),
        ({"name": "a", "gateway": "smtp", "spaces": [SPACE], "relay": "x"}, "connectors[0].relay: there is no such"),
        ({"name": "a", "gateway": "smtp", "spaces": [SPACE], "options": {"x": 1}}, "[0].options.x: need text"),
        ({"name": "a", "gateway": "smtp", "spaces": [SPACE], "max_size_octets": -1}, "connectors[0]: connector 'a'"),
        ({"name": "a", "gateway": "smtp", "spaces": [SPACE], "only_from": ["x"]}, "connectors[0]: SMTP:x"),
        ({**PLAIN, "wieght": 2}, "did you mean weight? There are capabilities, content, gateway"),
        ({**PLAIN, "spaces": [{"tpye": "SMTP", "pattern": "*"}]}, "spaces[0].type: is missing beside tpye, pattern"),
        ({**PLAIN, "options": {"x": ["a", "b c"]}}, """options.x: need text, got ['a', 'b c']; write '["a", "b c"]'"""),
        ([], "connectors[0]: need a table"),
        ({**PLAIN, "priorities": [0]}, "connectors[0]: connector 'a': priorities [0]: need the lowest and the highest"),
        ({**PLAIN, "priorities": [1, 0]}, "connectors[0]: connector 'a': priorities [1, 0]"),
        ({**PLAIN, "priorities": [0, "9"]}, "connectors[0].priorities[1]: need int, got '9'"),
        ({**PLAIN, "capabilities": "DSN"}, "connectors[0].capabilities: need an array"),
        ({**PLAIN, "needs_verdicts": "dmarc=pass"}, "connectors[0].needs_verdicts: need an array"),
        ({**PLAIN, "refuses_verdicts": ["spam"]}, "connectors[0]: connector 'a': refuses_verdicts 'spam': need a name"),
        ({**PLAIN, "never_from": [1]}, "connectors[0].never_from[0]: need str"),
        ({**PLAIN, "message_classes": [""]}, "connectors[0]: connector 'a': message_classes"),
        ({**PLAIN, "max_tries": 0}, "connectors[0]: connector 'a': max_tries 0: need 1 or more"),
        ({**PLAIN, "max_recipients": 1.5}, "connectors[0].max_recipients: need int"),
        ({**PLAIN, "retry_shortest_seconds": "1"}, "connectors[0].retry_shortest_seconds: need float"),
        ({**PLAIN, "retry_shortest_seconds": 9, "retry_longest_seconds": 1}, "retry_longest_seconds 1: need 9 or more"),
        ({**PLAIN, "content": "pdf"}, "connectors[0]: connector 'a': content 'pdf': need 'as it is' or 'mime' or"),
        ({**PLAIN, "schedule": "daily"}, "connectors[0].schedule: need a table"),
        ({**PLAIN, "schedule": {"windows": ["noon"]}}, "connectors[0].schedule: window 'noon': write it as"),
        ({**PLAIN, "schedule": {"time_zone": "Mars"}}, "connectors[0].schedule: time zone 'Mars': there is none"),
        ({**PLAIN, "schedule": {"days": 1}}, "connectors[0].schedule.days: there is no such key"),
        ({**PLAIN, "spaces": [{**SPACE, "scope": "north"}]}, "connectors[0].spaces[0].scope: need an array"),
        ({**PLAIN, "spaces": [{**SPACE, "fallthrough": 1}]}, "connectors[0].spaces[0].fallthrough: need bool"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_key_is_named(connector: object, complaint: str) -> None:
    with pytest.raises(UsageError, match=re.escape(complaint)):
        RouteTable.from_data({"connectors": [connector]})


def test_an_unknown_key_beside_the_connectors_is_named() -> None:
    with pytest.raises(UsageError, match="conectors: there is no such key"):
        RouteTable.from_data({"connectors": [], "conectors": []})


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({"policy": "cheap"}, "policy 'cheap': need 'cost' or 'least_cost'"),
        ({"site": 1}, "site: need str"),
        ({"locations": [1]}, "locations[0]: need str"),
    ],
)
def test_a_wrong_key_of_the_table_is_named(table: dict[str, object], complaint: str) -> None:
    with pytest.raises(UsageError, match=re.escape(complaint)):
        RouteTable.from_data({"connectors": [], **table})
