"""What is known of servers, and what is known of all."""

from __future__ import annotations

import pytest

from msgcore.wire.imap import Capabilities, Quirk
from msgcore.wire.imap.quirks import find_behaviour

NOTHING = Capabilities()


def names(greeting: str = "", vendor: str = "", *capabilities: str) -> list[str]:
    found = find_behaviour(greeting, {"vendor": vendor}, Capabilities().told(capabilities))
    return [one.name for one in found.quirks]


@pytest.mark.parametrize(
    ("greeting", "vendor", "capability", "found"),
    [
        ("Gimap ready for requests from 192.0.2.1", "Google, Inc.", "X-GM-EXT-1", ["Gmail"]),
        ("The Microsoft Exchange IMAP4 service is ready. [TQBO]", "", "IDLE", ["Exchange"]),
        ("Microsoft Exchange Server 2003 IMAP4rev1 server ready", "", "IDLE", ["Exchange", "Exchange 2003"]),
        ("IMAP4rev1 imapgate ready", "Yahoo! Inc.", "UIDONLY", ["Yahoo"]),
        ("ready", "", "XAPPLEPUSHSERVICE", ["iCloud"]),
        ("Coremail System IMap Server Ready(163com)", "", "IDLE", ["Coremail"]),
        ("Yandex IMAP4rev1 at mail.example ready", "", "IDLE", ["Yandex"]),
        ("Dovecot ready.", "", "IDLE", []),
    ],
)
def test_a_server_is_known_by_what_it_says(greeting: str, vendor: str, capability: str, found: list[str]) -> None:
    assert names(greeting, vendor, capability) == found


def test_the_callers_quirks_go_before_ours() -> None:
    own = Quirk("mine", greeting="gimap", max_command_octets=100)
    found = find_behaviour("Gimap ready", {}, Capabilities().told(["X-GM-EXT-1"]), [own])

    assert (found.max_command_octets, found.keeps_sent_copy) == (100, True)


def test_all_that_a_quirk_names_has_to_hold() -> None:
    quirk = Quirk("mine", greeting="hello", capability="X")

    assert find_behaviour("hello", {}, NOTHING, [quirk]).quirks == ()


def test_a_quirk_that_names_nothing_holds_for_nobody() -> None:
    assert find_behaviour("hello", {}, NOTHING, [Quirk("mine", id_first=True)]).quirks == ()


def test_of_an_unknown_server_what_holds_for_all_is_known() -> None:
    behaviour = find_behaviour("hello", {}, NOTHING)

    assert (behaviour.max_command_octets, behaviour.max_messages, behaviour.without) == (8_000, None, frozenset())


def test_what_is_masked_stays_so_whatever_the_server_says_later() -> None:
    masked = Capabilities().masked({"IDLE"}).told(["IDLE", "MOVE"])

    assert (masked.has("IDLE"), masked.has("MOVE")) == (False, True)


def test_capabilities_are_read_with_their_values() -> None:
    capabilities = Capabilities().told(
        ["APPENDLIMIT=1000", "AUTH=PLAIN", "auth=cram-md5", "SORT=DISPLAY", "THREAD=REFS"]
    )

    assert capabilities.append_limit == 1_000
    assert capabilities.mechanisms == ("CRAM-MD5", "PLAIN")
    assert capabilities.thread_algorithms == ("REFS",)


@pytest.mark.parametrize("name", ["APPENDLIMIT", "APPENDLIMIT=x", "APPENDLIMIT=-1", "APPENDLIMIT=" + "9" * 40])
def test_a_limit_that_is_no_number_is_none(name: str) -> None:
    assert Capabilities().told([name]).append_limit is None


def test_qresync_includes_condstore() -> None:
    assert Capabilities().told(["QRESYNC"]).has("CONDSTORE")
