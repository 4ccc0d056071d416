"""Route tables as plain data, and what is said about wrong ones."""

import json
import re
import tomllib

import attrs
import pytest
from hypothesis import given

from msgcore.errors import UsageError
from msgcore.mta import AddressSpace, Connector, RouteTable
from tests.mta.routing.tables import tables

WHOLE = RouteTable(
    [
        Connector(
            "internet",
            "smtp",
            [AddressSpace("SMTP", "*", 10)],
            {"relay": "smtp+starttls://out.a.test"},
            is_enabled=False,
            max_size_octets=0,
            only_from=["*@a.test"],
            weight=2,
        )
    ]
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
    assert RouteTable.from_data(WHOLE.to_data()) == WHOLE


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
        ({"name": "a", "gateway": "smtp", "spaces": [SPACE], "options": {"x": 1}}, "connectors[0].options.x: need str"),
        ({"name": "a", "gateway": "smtp", "spaces": [SPACE], "max_size_octets": -1}, "connectors[0]: connector 'a'"),
        ({"name": "a", "gateway": "smtp", "spaces": [SPACE], "only_from": ["x"]}, "connectors[0]: SMTP:x"),
        ([], "connectors[0]: need a table"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_key_is_named(connector: object, complaint: str) -> None:
    with pytest.raises(UsageError, match=re.escape(complaint)):
        RouteTable.from_data({"connectors": [connector]})


def test_an_unknown_key_beside_the_connectors_is_named() -> None:
    with pytest.raises(UsageError, match="conectors: there is no such key"):
        RouteTable.from_data({"connectors": [], "conectors": []})
