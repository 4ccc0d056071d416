"""Expansion by example: RFC 5321 section 3.9, RFC 3461 section 5.2.7, tags, nesting and limits."""

from __future__ import annotations

import pytest

from msgcore.model import Address, Recipient, RecipientKind
from msgcore.model.delivery import Notify
from msgcore.mta.directory import without_tag
from msgcore.mta.expansion import Expansion, ExpansionLimits
from tests.mta.expansion.books import (
    BOB,
    Book,
    FastBook,
    a_list,
    address,
    alias,
    mailbox,
    names,
    path_of,
    recipient,
)

ANN = mailbox("ann")
S, F, D = Notify.SUCCESS, Notify.FAILURE, Notify.DELAY


def wishes(recipients: tuple[Recipient, ...]) -> list[tuple[Notify | None, str]]:
    return [(one.notify, "" if one.original is None else one.original.email_address) for one in recipients]


def refusal(expansion: Expansion) -> str:
    assert expansion.recipients == () == expansion.under_owner
    return str(expansion.refusal)


# Who stands for himself


def test_a_mailbox_stands_for_itself() -> None:
    found = Book.of(ann=ANN).expand("ann")

    assert (found.is_unchanged, found.entry, found.address) == (True, ANN, ANN.address)


def test_an_address_of_nobody_stands_for_itself() -> None:
    found = Book.of(ann=ANN).expand("x@b.test")

    assert (found.is_unchanged, found.entry, found.address) == (True, None, address("x@b.test"))


# Aliases and lists (RFC 5321 section 3.9)


def test_an_alias_gives_way_to_its_targets_under_the_same_return_path() -> None:
    """RFC 5321 section 3.9.1: only the envelope's recipient is replaced."""
    found = Book.of(ann=ANN, sales=alias("sales", "ann", "x@b.test")).expand("sales")

    assert path_of(found) == {"": ["ann", "x@b.test"]}


def test_a_mailing_list_puts_its_owner_in_the_return_path() -> None:
    """RFC 5321 section 3.9.2: reports go to who looks after the list."""
    found = Book.of(ann=ANN, all=a_list("all", "ann", "x@b.test", owner="boss")).expand("all")

    assert path_of(found) == {"boss": ["ann", "x@b.test"]}


def test_a_mailing_list_is_named_the_same_by_whatever_address_it_is_found() -> None:
    book = Book.of(ann=ANN, all=a_list("all", "ann", owner="boss"), staff=alias("staff", "all"))
    found = [book.expand(name).under_owner[0].list_address for name in ("all", "ALL", "all+x", "staff", "EX:all")]

    assert set(found) == {address("EX:all")}


def test_a_list_without_owner_leaves_the_return_path() -> None:
    found = Book.of(ann=ANN, all=a_list("all", "ann", "x@b.test")).expand("all")

    assert path_of(found) == {"": ["ann", "x@b.test"]}


def test_a_recipient_keeps_the_role_that_the_list_had() -> None:
    root = Recipient(address("all"), RecipientKind.CC)
    found = Book.of(all=a_list("all", "x@b.test")).expand(root)

    assert [one.kind for one in found.recipients] == [RecipientKind.CC]


def test_a_mailbox_that_keeps_a_copy_is_named_by_its_distinguished_name() -> None:
    """Its other addresses would be redirected once more at the next try."""
    book = Book.of(ann=alias("ann", "x@b.test", keeps="ann"))
    found = book.expand("ann")

    assert names(found.recipients) == ["EX:ann", "x@b.test"]
    assert book.expand(found.recipients[0]).is_unchanged


def test_a_mailbox_with_two_addresses_gets_one_copy() -> None:
    book = Book.of(ann=ANN, anna=ANN, all=a_list("all", "ann", "anna", "ann+tag", "EX:ann"))

    assert names(book.expand("all").recipients) == ["ann"]


# Lists in lists


def test_members_come_level_by_level_in_the_order_of_the_lists() -> None:
    book = Book.of(
        all=a_list("all", "x1@b.test", "some", "x2@b.test", "others"),
        some=a_list("some", "x3@b.test", "x1@b.test"),
        others=alias("others", "x4@b.test"),
    )

    assert names(book.expand("all").recipients) == [f"x{n}@b.test" for n in (1, 2, 3, 4)]


def test_each_list_has_its_own_owner_and_the_shortest_way_counts() -> None:
    book = Book.of(
        all=a_list("all", "some", "free", "x1@b.test", owner="boss"),
        some=a_list("some", "x1@b.test", "x2@b.test", owner="chief"),
        free=a_list("free", "x3@b.test"),
    )

    assert path_of(book.expand("all")) == {"boss": ["x1@b.test", "x3@b.test"], "chief": ["x2@b.test"]}


def test_a_loop_is_told_and_not_followed() -> None:
    book = Book.of(one=a_list("one", "two", "x@b.test"), two=a_list("two", "one", "y@b.test"))
    found = book.expand("one")

    assert names(found.recipients) == ["x@b.test", "y@b.test"]
    assert found.loops == ((address("EX:two"), address("EX:one")),)


def test_two_ways_to_one_list_are_no_loop() -> None:
    book = Book.of(
        all=a_list("all", "some", "others"),
        some=a_list("some", "same"),
        others=a_list("others", "same"),
        same=a_list("same", "x@b.test"),
    )

    assert book.expand("all").loops == ()


@pytest.mark.parametrize("name", ["one", "two", "self"])
def test_what_leads_to_itself_alone_is_refused(name: str) -> None:
    book = Book.of(one=alias("one", "two"), two=alias("two", "one"), self=a_list("self", "self", "SELF", "self+x"))

    assert refusal(book.expand(name)) == "5.4.6 leads to nobody but itself"


def test_an_empty_list_is_refused() -> None:
    assert refusal(Book.of(all=a_list("all")).expand("all")) == "5.2.4 the list has no members"


def test_an_empty_list_in_a_list_stops_none_of_the_others() -> None:
    """It is refused when its own turn comes."""
    book = Book.of(all=a_list("all", "none", "x@b.test"), none=a_list("none"))
    found = book.expand("all")

    assert names(found.recipients) == ["none", "x@b.test"]
    assert refusal(book.expand(found.recipients[0])) == "5.2.4 the list has no members"


# Who may send


@pytest.mark.parametrize("sender", ["x@evil.test", "x@a.test.evil.test", None])
def test_a_list_is_closed_to_senders_that_no_pattern_has(sender: str | None) -> None:
    book = Book.of(all=a_list("all", "x@b.test", only_from=["*@a.test", "bob@b.test"]))
    who = None if sender is None else address(sender)

    assert refusal(book.expand("all", who)) == "5.7.2 the sender may not send to this list"


@pytest.mark.parametrize("sender", ["ann@a.test", "ANN@A.test", "bob@b.test"])
def test_a_list_is_open_to_the_senders_of_its_patterns(sender: str) -> None:
    book = Book.of(all=a_list("all", "x@b.test", only_from=["*@a.test", "bob@b.test"]))

    assert names(book.expand("all", address(sender)).recipients) == ["x@b.test"]


def test_a_closed_list_in_a_list_is_refused_by_itself() -> None:
    book = Book.of(all=a_list("all", "closed", "x@b.test"), closed=a_list("closed", "y@b.test", only_from=["*@a.test"]))
    found = book.expand("all")

    assert names(found.recipients) == ["closed", "x@b.test"]
    assert "5.7.2" in refusal(book.expand(found.recipients[0]))


def test_a_mailing_list_sends_on_as_its_owner() -> None:
    book = Book.of(
        all=a_list("all", "closed", owner="boss"),
        closed=a_list("closed", "y@b.test", only_from=["*@a.test"]),
    )

    assert path_of(book.expand("all", BOB)) == {"boss": ["y@b.test"]}


# What the sender asked (RFC 3461 section 5.2.7)


def test_an_alias_of_one_passes_on_what_the_sender_asked() -> None:
    """Section 5.2.7.2: no report of its own, NOTIFY and ORCPT go on."""
    book = Book.of(sales=alias("sales", "clerk"), clerk=alias("clerk", "x@b.test"))
    found = book.expand(recipient("sales", S | F, "first@c.test"))

    assert (wishes(found.recipients), found.action) == ([(S | F, "first@c.test")], "")


def test_a_recipient_without_original_was_the_alias_that_it_was() -> None:
    found = Book.of(sales=alias("sales", "x@b.test")).expand("Sales+x")

    assert wishes(found.recipients) == [(None, "Sales+x@a.test")]


@pytest.mark.parametrize(
    ("asked", "passed", "action"),
    [
        (S | F, F, "expanded"),
        (S, Notify.NEVER, "expanded"),
        (S | D, D, "expanded"),
        (F, F, ""),
        (Notify.NEVER, Notify.NEVER, ""),
        (None, None, ""),
    ],
)
@pytest.mark.parametrize(
    "one",
    [alias("all", "x@b.test", "y@b.test"), a_list("all", "x@b.test", "y@b.test"), alias("all", "y@b.test", keeps="x")],
    ids=["alias", "list", "copy"],
)
def test_an_alias_of_several_answers_for_them(
    one: object, asked: Notify | None, passed: Notify | None, action: str
) -> None:
    """Section 5.2.7.3 (c): SUCCESS is taken off and answered by an "expanded" report."""
    found = Book.of(all=one).expand(recipient("all", asked))  # type: ignore[arg-type]  # one of the three kinds

    assert ([one.notify for one in found.recipients], found.action) == ([passed, passed], action)


@pytest.mark.parametrize(("asked", "action"), [(S | F, "delivered"), (F, ""), (None, ""), (Notify.NEVER, "")])
def test_a_mailing_list_is_where_the_message_arrives(asked: Notify | None, action: str) -> None:
    """Section 5.2.7.1: success is answered there, nothing that was asked goes on, members are named as it has them."""
    book = Book.of(all=a_list("all", "x@b.test", "clerk", owner="boss"), clerk=alias("clerk", "y@b.test"))
    found = book.expand(recipient("all", asked, "first@c.test"))

    [group] = found.under_owner
    assert wishes(group.recipients) == [(F, "x@b.test"), (F, "clerk@a.test")]
    assert found.action == action


def test_an_alias_of_a_mailing_list_and_others_is_expanded() -> None:
    book = Book.of(both=alias("both", "all", "y@b.test"), all=a_list("all", "x@b.test", owner="boss"))

    assert book.expand(recipient("both", S)).action == "expanded"


def test_an_alias_of_several_that_are_one_passes_on_what_the_sender_asked() -> None:
    book = Book.of(ann=ANN, anna=ANN, both=alias("both", "ann", "anna", "both"))
    found = book.expand(recipient("both", S | F))

    assert ([one.notify for one in found.recipients], found.action) == ([S | F], "")


def test_an_alias_of_a_mailing_list_arrives_there() -> None:
    book = Book.of(staff=alias("staff", "all"), all=a_list("all", "x@b.test", owner="boss"))

    assert book.expand(recipient("staff", S)).action == "delivered"


def test_what_is_refused_answers_nothing_else() -> None:
    book = Book.of(one=a_list("one", "two", "two+x", owner="boss"), two=a_list("two", "one"))

    assert book.expand(recipient("one", S)).action == ""


# Tags (RFC 5233)


@pytest.mark.parametrize("text", ["ann+tag", "ANN+TAG", "ann+", "ann+a+b"])
def test_an_address_with_a_tag_is_that_of_the_address_without(text: str) -> None:
    assert Book.of(ann=ANN).expand(text).address == ANN.address


def test_the_address_as_it_stands_wins() -> None:
    book = Book.of(ann=ANN)
    book.entries["SMTP:ann+tag@a.test"] = mailbox("tag")

    assert book.expand("ann+tag").address == address("EX:tag")


@pytest.mark.parametrize(
    ("text", "delimiter", "base"),
    [
        ("ann+tag@a.test", "+", "ann@a.test"),
        ("ann+a+b@a.test", "+", "ann@a.test"),
        ("ann-tag@a.test", "-", "ann@a.test"),
        ("ann+tag@a.test", "-", None),
        ("ann+tag@a.test", "", None),
        ("+tag@a.test", "+", None),
        ("ann@a+b.test", "+", None),
        ('"ann+tag"@a.test', "+", None),
        ("ann", "+", None),
    ],
)
def test_a_tag_is_what_stands_behind_the_delimiter(text: str, delimiter: str, base: str | None) -> None:
    found = without_tag(Address("SMTP", text), delimiter)

    assert (None if found is None else found.email_address) == base


def test_only_smtp_addresses_have_tags() -> None:
    assert without_tag(Address("FAX", "46+70@a"), "+") is None


# Limits


def nest(levels: int) -> Book:
    """Lists in lists: ``l1`` in ``l0``, and so on, with one address in the last."""
    chain = {f"l{n}": a_list(f"l{n}", f"l{n + 1}") for n in range(levels - 1)}
    return Book.of(**chain, **{f"l{levels - 1}": a_list(f"l{levels - 1}", "x@b.test")})


def test_lists_may_lie_in_lists_as_deep_as_the_limit() -> None:
    assert names(nest(5).expand("l0", limits=ExpansionLimits(levels=5)).recipients) == ["x@b.test"]


def test_lists_that_lie_deeper_are_refused_as_a_whole() -> None:
    book = nest(6)
    book.entries["SMTP:l0@a.test"] = a_list("l0", "l1", "y@b.test")

    assert refusal(book.expand("l0", limits=ExpansionLimits(levels=5))) == "5.2.4 more than 5 levels of lists in lists"


def test_a_long_loop_is_within_any_depth() -> None:
    book = nest(6)
    book.entries["SMTP:l4@a.test"] = a_list("l4", "l0", "x@b.test")

    assert names(book.expand("l0", limits=ExpansionLimits(levels=5)).recipients) == ["x@b.test"]


@pytest.mark.parametrize("members", [9, 10])
def test_a_list_of_more_addresses_than_the_limit_is_refused_as_a_whole(members: int) -> None:
    book = Book.of(all=a_list("all", *(f"x{n}@b.test" for n in range(members))))
    found = book.expand("all", limits=ExpansionLimits(addresses=10))

    assert (len(found.recipients), str(found.refusal)) == (
        (9, "None") if members == 9 else (0, "5.2.4 stands for more than 10 addresses")
    )


def test_the_work_on_a_big_list_grows_with_its_members_alone() -> None:
    """Each of 100,000 members, many of them twice, is looked up once, and a level in one go."""
    book = FastBook.of(
        all=a_list("all", "more", *(f"x{n}@b.test" for n in range(90_000))),
        more=a_list("more", "all", *(f"x{n}@b.test" for n in range(80_000, 100_000))),
    )
    found = book.expand("all")

    assert (len(found.recipients), len(book.asked)) == (100_000, 100_002)
