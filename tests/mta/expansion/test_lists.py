"""Administering lists and redirects: the same of an organisation in memory, in a file and on a server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from msgcore.blocking.organization import Organization
from msgcore.errors import InvalidAddress, NotFound, UsageError
from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.expansion import ExpandedDecision
from msgcore.mta.organization import ListFacts, RedirectFacts
from tests.mta.expansion.books import address, path_of
from tests.mta.homes import any_organization

ANN, BOB, SENDER = address("ann"), address("bob"), "who@c.test"
OUT = RouteTable([Connector("out", "smtp", [AddressSpace("SMTP", "*")], {"relay": "smtp://out.a.test"})])


on_a_server_too = pytest.mark.parametrize(
    "organization", ["memory", "file", pytest.param("server", marks=pytest.mark.interop)], indirect=True
)


@pytest.fixture(params=["memory", "file"])
def organization(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Organization]:
    """Ann and Bob, and a way out."""
    with any_organization(request, tmp_path) as organization:
        organization.set_routes(OUT)
        organization.add_mailbox("ann", addresses=[ANN, "ann2@a.test"], display_name="Ann Alm")
        organization.add_mailbox("bob", addresses=[BOB])
        yield organization


def led(organization: Organization, to: str, sender: str = SENDER) -> dict[str, list[str]]:
    """Say under which return path who gets what is sent there."""
    decision = organization.route(address(to), sender=sender)
    return path_of(decision.expansion) if isinstance(decision, ExpandedDecision) else {"itself": [to]}


# Lists


@on_a_server_too
def test_a_list_is_listed_as_it_was_made(organization: Organization) -> None:
    made = organization.add_list(
        "all",
        addresses=["all@a.test", "FAX:1", "everybody@a.test"],
        members=["Ann <ann@a.test>", "x@b.test", "FAX:+46"],
        owner="boss@a.test",
        only_from=["*@c.test"],
        display_name="All of us",
    )

    assert organization.lists() == (made,)
    assert made == ListFacts(
        "all",
        "All of us",
        (address("all"), Address("FAX", "1"), address("everybody")),
        (ANN, address("x@b.test"), Address("FAX", "+46")),
        address("boss"),
        ("*@c.test",),
    )


@on_a_server_too
def test_members_keep_their_names(organization: Organization) -> None:
    organization.add_list("all", members=["Xenia X <x@b.test>"])

    assert [one.display_name for one in organization.lists()[0].members] == ["Xenia X"]


def test_lists_are_listed_by_name(organization: Organization) -> None:
    for name in ("c", "B", "a"):
        organization.add_list(name)

    assert [one.name for one in organization.lists()] == ["a", "B", "c"]


@on_a_server_too
def test_a_list_is_expanded_to_its_members(organization: Organization) -> None:
    organization.add_list("all", addresses="all@a.test", members=["x@b.test", ANN, "y@b.test"])

    assert led(organization, "ALL") == {"": ["x@b.test", "ann", "y@b.test"]}


@on_a_server_too
def test_a_list_is_found_by_its_distinguished_name(organization: Organization) -> None:
    organization.add_list("all", addresses="all@a.test", members=["x@b.test"])
    by_address = organization.route("all@a.test")
    assert isinstance(by_address, ExpandedDecision) and by_address.expansion.entry is not None
    name = by_address.expansion.entry.address
    by_name = organization.route(Address("EX", name.email_address.upper()))

    assert isinstance(by_name, ExpandedDecision)
    assert by_name.expansion.recipients == by_address.expansion.recipients


def test_a_list_with_an_owner_has_a_return_path_of_its_own(organization: Organization) -> None:
    organization.add_list("all", addresses="all@a.test", members="x@b.test", owner="boss@a.test")

    assert led(organization, "all") == {"boss": ["x@b.test"]}


@on_a_server_too
def test_lists_may_hold_lists(organization: Organization) -> None:
    organization.add_list("all", addresses="all@a.test", members=["some@a.test", "x@b.test"])
    organization.add_list("some", addresses="some@a.test", members=["all@a.test", "y@b.test"])

    assert led(organization, "all") == {"": ["x@b.test", "y@b.test"]}


def test_only_those_of_the_patterns_may_send(organization: Organization) -> None:
    organization.add_list("all", addresses="all@a.test", members="x@b.test", only_from=["*@c.test"])

    assert (led(organization, "all"), led(organization, "all", "x@d.test")) == ({"": ["x@b.test"]}, {})


@on_a_server_too
def test_the_members_of_a_list_are_set_added_and_removed(organization: Organization) -> None:
    organization.add_list("all", addresses="all@a.test", members=["old@b.test"])
    organization.set_members("ALL", ["c@b.test", "a@b.test", "b@b.test", "A@B.test"])
    organization.add_members("all", ["B@b.test", "d@b.test"])
    organization.remove_members("all", ["A@b.test", "nobody@b.test"])

    assert led(organization, "all") == {"": ["c@b.test", "b@b.test", "d@b.test"]}


@on_a_server_too
def test_who_is_added_comes_last_after_others_were_removed(organization: Organization) -> None:
    organization.add_list("all", addresses="all@a.test", members=["a@b.test", "b@b.test", "c@b.test"])
    organization.remove_members("all", "a@b.test")
    organization.add_members("all", ["a@b.test", "d@b.test"])

    assert led(organization, "all") == {"": ["b@b.test", "c@b.test", "a@b.test", "d@b.test"]}


def test_a_list_that_is_there_is_given_as_it_is(organization: Organization) -> None:
    made = organization.add_list("all", members="x@b.test")

    assert organization.add_list("All", members="y@b.test", exist_ok=True) == made


@on_a_server_too
def test_a_list_that_is_removed_leaves_its_name_and_addresses_to_others(organization: Organization) -> None:
    organization.add_list("all", addresses="all@a.test", members="x@b.test")
    organization.remove_list("ALL")
    organization.add_mailbox("all", addresses="all@a.test")

    assert (organization.lists(), led(organization, "all")) == ((), {"itself": ["all"]})


# Redirects


def test_an_address_of_nobody_becomes_an_alias(organization: Organization) -> None:
    made = organization.add_redirect("sales@a.test", to=[ANN, "x@b.test"])

    assert organization.redirects() == (made,) == (RedirectFacts(address("sales"), (ANN, address("x@b.test"))),)
    assert led(organization, "Sales") == {"": ["ann", "x@b.test"]}


@pytest.mark.parametrize("to", ["ann", "ann2", "ANN+tag"])
def test_a_mailbox_is_redirected_with_all_its_addresses(organization: Organization, to: str) -> None:
    organization.add_redirect("ann2@a.test", to="x@b.test")

    assert led(organization, to) == {"": ["x@b.test"]}


@on_a_server_too
def test_a_redirected_mailbox_is_listed_by_its_primary_address(organization: Organization) -> None:
    organization.add_redirect("ann2@a.test", to="x@b.test", keep_copy=True)

    assert organization.redirects() == (RedirectFacts(ANN, (address("x@b.test"),), True),)


@on_a_server_too
def test_a_mailbox_may_keep_a_copy(organization: Organization) -> None:
    organization.add_redirect(ANN, to="x@b.test", keep_copy=True)

    assert led(organization, "ann") == {"": ["EX:ann", "x@b.test"]}


def test_a_distinguished_name_is_the_mailbox_itself(organization: Organization) -> None:
    organization.add_redirect(ANN, to="x@b.test", keep_copy=True)
    decision = organization.route(ANN)
    assert isinstance(decision, ExpandedDecision)

    assert organization.route(decision.recipients[0].address).connector == "mailboxes"


@pytest.mark.parametrize("name", ["ann", "ann2"])
def test_a_redirect_ends_by_any_address_of_its_mailbox(organization: Organization, name: str) -> None:
    organization.add_redirect(ANN, to="x@b.test")
    organization.remove_redirect(address(name))

    assert (organization.redirects(), led(organization, "ann")) == ((), {"itself": ["ann"]})


@on_a_server_too
def test_an_alias_that_is_removed_leaves_its_address_to_others(organization: Organization) -> None:
    organization.add_redirect("sales@a.test", to=ANN)
    organization.remove_redirect("SALES@a.test")
    organization.add_list("sales", addresses="sales@a.test")

    assert organization.redirects() == ()


@on_a_server_too
def test_redirects_are_listed_as_they_were_made(organization: Organization) -> None:
    for name in ("z", "a", "m"):
        organization.add_redirect(address(name), to=ANN)

    assert [one.address for one in organization.redirects()] == [address("z"), address("a"), address("m")]


# Addresses


@on_a_server_too
def test_a_mailbox_may_get_more_addresses(organization: Organization) -> None:
    given = organization.add_addresses("ANN", ["anna@a.test"])

    assert given == (ANN, address("ann2"), address("anna"))
    assert organization.route("anna@a.test").connector == "mailboxes"


def test_a_list_may_get_more_addresses(organization: Organization) -> None:
    organization.add_list("all", addresses="all@a.test", members="x@b.test")

    assert organization.add_addresses("all", "staff@a.test") == (address("all"), address("staff"))
    assert led(organization, "staff") == {"": ["x@b.test"]}


def test_a_mailbox_without_address_gets_its_primary_one_first(organization: Organization) -> None:
    organization.add_mailbox("carol")
    organization.add_addresses("carol", ["z@a.test", "c@a.test"])

    assert organization.mailboxes()[-1].addresses == (address("z"), address("c"))


@on_a_server_too
def test_addresses_are_taken_away_and_nobody_s_from_then_on(organization: Organization) -> None:
    organization.add_list("all", addresses=["all@a.test", "staff@a.test", "each@a.test"], members="x@b.test")

    assert organization.remove_addresses("ANN", ["Ann@A.test", BOB]) == (address("ann2"),)
    assert organization.remove_addresses("all", "staff@a.test") == (address("all"), address("each"))
    assert organization.add_addresses("all", "new@a.test") == (address("all"), address("each"), address("new"))
    assert organization.add_addresses("ann", "ann0@a.test") == (address("ann2"), address("ann0"))
    assert organization.route(ANN.typed).connector == organization.route("staff@a.test").connector == "out"
    assert organization.remove_addresses("ann", ["ann2@a.test", "ann0@a.test"]) == ()


def test_a_mailbox_that_is_redirected_keeps_an_address(organization: Organization) -> None:
    organization.add_redirect(ANN, to=BOB)
    with pytest.raises(UsageError, match="call remove_redirect first"):
        organization.remove_addresses("ann", [ANN, "ann2@a.test"])

    assert organization.remove_addresses("ann", ANN) == (address("ann2"),)
    assert [one.address for one in organization.redirects()] == [address("ann2")]


@pytest.mark.parametrize("taken", ["ann@a.test", "ANN2@A.test", "all@a.test", "sales@a.test"])
@pytest.mark.parametrize("by", ["mailbox", "list", "redirect", "more"])
def test_an_address_is_one_object_s(organization: Organization, taken: str, by: str) -> None:
    organization.add_list("all", addresses="all@a.test")
    organization.add_redirect("sales@a.test", to=ANN)
    organization.add_redirect(ANN, to=BOB)
    take: dict[str, Callable[[], object]] = {
        "mailbox": lambda: organization.add_mailbox("new", addresses=["new@a.test", taken]),
        "list": lambda: organization.add_list("new", addresses=["new@a.test", taken]),
        "redirect": lambda: organization.add_redirect(taken, to=BOB),
        "more": lambda: organization.add_addresses("bob", ["new@a.test", taken]),
    }

    with pytest.raises(UsageError, match="already"):
        take[by]()
    assert organization.route("new@a.test").connector == "out"


@on_a_server_too
def test_a_list_whose_address_is_taken_is_not_made(organization: Organization) -> None:
    with pytest.raises(UsageError):
        organization.add_list("all", addresses=["all@a.test", ANN])

    assert organization.lists() == ()


def test_a_name_is_one_object_s(organization: Organization) -> None:
    organization.add_list("all")
    with pytest.raises(UsageError, match="there is a mailbox 'Ann' already"):
        organization.add_list("Ann")
    with pytest.raises(UsageError, match="there is a list 'ALL' already"):
        organization.add_mailbox("ALL")


# What cannot be


def test_what_is_not_there_cannot_be_changed(organization: Organization) -> None:
    for change in (
        lambda: organization.set_members("ann", "x@b.test"),
        lambda: organization.add_members("none", "x@b.test"),
        lambda: organization.remove_members("none", "x@b.test"),
        lambda: organization.remove_list("none"),
        lambda: organization.remove_redirect(ANN),
        lambda: organization.remove_redirect("none@a.test"),
        lambda: organization.add_addresses("none", "x@a.test"),
        lambda: organization.remove_addresses("none", "x@a.test"),
    ):
        with pytest.raises(NotFound):
            change()


@pytest.mark.parametrize(
    ("to", "keep_copy", "complaint"),
    [
        ("ann2@a.test", False, "redirected to itself"),
        ([BOB, "ANN@a.test"], False, "redirected to itself"),
        ([], False, "say to whom"),
    ],
)
def test_a_mailbox_is_not_redirected_to_itself(
    organization: Organization, to: list[str | Address], keep_copy: bool, complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        organization.add_redirect(ANN, to=to, keep_copy=keep_copy)
    assert organization.redirects() == ()


def test_nobody_keeps_the_copy_of_an_alias(organization: Organization) -> None:
    with pytest.raises(UsageError, match="no mailbox's"):
        organization.add_redirect("sales@a.test", to=ANN, keep_copy=True)
    assert organization.redirects() == ()


def test_a_list_does_not_own_itself(organization: Organization) -> None:
    with pytest.raises(UsageError, match="the list itself"):
        organization.add_list("all", addresses="all@a.test", owner="ALL@a.test")
    organization.add_list("all", owner="all@a.test")
    with pytest.raises(UsageError, match="the list itself"):
        organization.add_addresses("all", "all@a.test")


@pytest.mark.parametrize("bad", ["Ann Alm", Address("", "", "Ann")])
def test_a_bare_name_is_no_member(organization: Organization, bad: str | Address) -> None:
    with pytest.raises(UsageError, match=re.escape("a list needs addresses, such as SMTP:ann@a.test")):
        organization.add_list("all", members=[bad])


def test_what_is_no_address_is_refused(organization: Organization) -> None:
    with pytest.raises(InvalidAddress):
        organization.add_list("all", members=["SMTP:ann"])


def test_a_distinguished_name_is_nobody_s_further_address(organization: Organization) -> None:
    for give in (
        lambda: organization.add_list("all", addresses=address("EX:all")),
        lambda: organization.add_mailbox("new", addresses=address("EX:new")),
        lambda: organization.add_redirect(address("EX:ann"), to=BOB),
    ):
        with pytest.raises(UsageError, match="distinguished name"):
            give()


@pytest.mark.parametrize("pattern", ["*@", "a b", ""])
def test_a_pattern_of_senders_has_to_be_one(organization: Organization, pattern: str) -> None:
    with pytest.raises(UsageError):
        organization.add_list("all", only_from=[pattern])


@pytest.mark.parametrize("name", ["", " ", "a\nb"])
def test_a_list_needs_a_name(organization: Organization, name: str) -> None:
    with pytest.raises(UsageError):
        organization.add_list(name)


# Tags


@on_a_server_too
def test_the_delimiter_is_the_organisation_s(organization: Organization) -> None:
    ways = [[organization.route(f"ann{sign}tag@a.test").connector for sign in "+-"]]
    for delimiter in ("-", ""):
        organization.set_recipient_delimiter(delimiter)
        ways.append([organization.route(f"ann{sign}tag@a.test").connector for sign in "+-"])

    assert ways == [["mailboxes", "out"], ["out", "mailboxes"], ["out", "out"]]


@pytest.mark.parametrize("delimiter", ["++", "a", "@", '"', " ", "\n"])
def test_a_delimiter_may_stand_in_an_address(organization: Organization, delimiter: str) -> None:
    with pytest.raises(UsageError, match="delimiter"):
        organization.set_recipient_delimiter(delimiter)


# Where a message would go


def test_an_explanation_tells_to_whom_a_list_is_expanded(organization: Organization) -> None:
    organization.add_list("all", addresses="all@a.test", members=[ANN, "some@a.test"])
    organization.add_list("some", addresses="some@a.test", members=["x@b.test", "all@a.test"], owner="boss@a.test")
    decision = organization.route("all@a.test", sender=SENDER)
    text = re.sub("/o=[a-z]+/", "/o=a/", decision.explain())

    assert (decision.connector, decision.reason, decision.candidates) == ("mailboxes, out", None, ())
    assert text.splitlines() == [
        "SMTP:all@a.test",
        "  is a distribution list: expanded to 2 recipients",
        "",
        "  SMTP:ann@a.test  goes to mailboxes (gateway mailbox) by EX:*, cost 1",
        "  of EX:/o=a/cn=recipients/cn=some, reports to SMTP:boss@a.test:",
        "  SMTP:x@b.test  goes to out (gateway smtp) by SMTP:*, cost 1",
        "  the way from EX:/o=a/cn=recipients/cn=some back to EX:/o=a/cn=recipients/cn=all is not followed",
    ]


def test_an_explanation_tells_why_a_list_leads_to_nobody(organization: Organization) -> None:
    organization.add_list("all", addresses="all@a.test")

    assert str(organization.route("all@a.test")) == "goes to nobody: 5.2.4 the list has no members"


def test_an_explanation_of_many_tells_how_many_more_there_are(organization: Organization) -> None:
    organization.add_list("all", addresses="all@a.test", members=[f"x{n}@b.test" for n in range(1_234)])
    decision = organization.route("all@a.test")

    assert (str(decision), decision.explain().splitlines()[-1]) == (
        "is a distribution list: expanded to 1,234 recipients",
        "  and 1,134 more",
    )
