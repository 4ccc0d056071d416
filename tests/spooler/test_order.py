"""Which transport takes which recipient, as properties."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model import Address, Recipient, RecipientKind
from msgcore.props.table import PidTagEntryId
from msgcore.spooler.order import ANY_TYPE, Assignment, assign


@attrs.frozen
class TransportFacts:
    name: str
    address_types: tuple[str, ...]
    identity: Address | None = None
    provider_uids: tuple[bytes, ...] = ()


ANN = Address("SMTP", "ann@a.test")
BOB = Recipient(Address("SMTP", "bob@b.test"))

types = st.sampled_from(["SMTP", "FAX", "X400", "SMS"])
addresses = st.builds(Address, types, st.sampled_from(["ann@a.test", "ANN@a.test", "b", "c", "d"]))
recipients = st.lists(
    st.builds(Recipient, addresses, st.sampled_from([RecipientKind.TO, RecipientKind.CC])), unique=True, max_size=8
)
facts = st.builds(
    TransportFacts,
    st.integers(0, 99).map(str),
    st.lists(types | st.just(ANY_TYPE), max_size=3, unique=True).map(tuple),
    st.none() | addresses,
)
transports = st.lists(facts, max_size=5, unique_by=lambda one: one.name)
senders = st.none() | addresses


uids = st.sampled_from([b"p" * 16, b"q" * 16])


def known_by(one: TransportFacts, provider_uids: list[bytes]) -> TransportFacts:
    return attrs.evolve(one, provider_uids=tuple(provider_uids))


def name_of(one: TransportFacts) -> str:
    return one.name


known_transports = st.lists(
    st.builds(known_by, facts, st.lists(uids, max_size=2, unique=True)), max_size=4, unique_by=name_of
)


@given(st.builds(Recipient, addresses), st.none() | uids, senders, known_transports, st.data())
def test_a_recipient_goes_by_its_entry_id_then_by_type_to_the_first_that_has_not_declined(
    recipient: Recipient,
    uid: bytes | None,
    sender: Address | None,
    given_transports: list[TransportFacts],
    data: st.DataObject,
) -> None:
    names = [one.name for one in given_transports]
    declined: set[str] = data.draw(st.sets(st.sampled_from(names))) if names else set()
    if uid is not None:
        recipient = attrs.evolve(recipient, properties={PidTagEntryId: bytes(4) + uid + b"bob"})

    def rank(one: TransportFacts) -> tuple[int, bool] | None:
        is_other = sender is None or one.identity is None or one.identity.search_key != sender.search_key
        claims = [uid in one.provider_uids, recipient.address_type in one.address_types, ANY_TYPE in one.address_types]
        return (claims.index(True), is_other) if any(claims) and one.name not in declined else None

    ranked = [(found, number) for number, one in enumerate(given_transports) if (found := rank(one)) is not None]
    expected = given_transports[min(ranked)[1]].name if ranked else None

    assert assign([recipient], sender, given_transports, {recipient: declined}).transport_of(recipient) == expected


def claimed(assignment: Assignment) -> list[Recipient]:
    return [one for _, taken in assignment.by_transport for one in taken]


@given(recipients, senders, transports)
def test_every_recipient_is_claimed_or_unclaimed_exactly_once(
    given_recipients: list[Recipient], sender: Address | None, given_transports: list[TransportFacts]
) -> None:
    assignment = assign(given_recipients, sender, given_transports)

    assert sorted(map(str, [*claimed(assignment), *assignment.unclaimed])) == sorted(map(str, given_recipients))


@given(recipients, senders, transports)
def test_each_transport_acts_at_most_once_and_never_for_nobody(
    given_recipients: list[Recipient], sender: Address | None, given_transports: list[TransportFacts]
) -> None:
    by_transport = assign(given_recipients, sender, given_transports).by_transport

    assert len({name for name, _ in by_transport}) == len([1 for _, taken in by_transport if taken])


@given(recipients, senders, transports)
def test_a_recipient_goes_only_to_a_transport_that_takes_its_type(
    given_recipients: list[Recipient], sender: Address | None, given_transports: list[TransportFacts]
) -> None:
    takes = {one.name: one.address_types for one in given_transports}

    for name, taken in assign(given_recipients, sender, given_transports).by_transport:
        assert ANY_TYPE in takes[name] or {one.address_type for one in taken} <= set(takes[name])


@given(recipients, senders, transports)
def test_nobody_is_unclaimed_whose_type_some_transport_takes(
    given_recipients: list[Recipient], sender: Address | None, given_transports: list[TransportFacts]
) -> None:
    taken = {kind for one in given_transports for kind in one.address_types}
    unclaimed = assign(given_recipients, sender, given_transports).unclaimed

    assert [one for one in unclaimed if one.address_type in taken or ANY_TYPE in taken] == []


@given(recipients, senders, transports)
def test_a_transport_of_any_type_gets_only_what_no_transport_names(
    given_recipients: list[Recipient], sender: Address | None, given_transports: list[TransportFacts]
) -> None:
    assignment = assign(given_recipients, sender, given_transports)
    naming = {kind for one in given_transports for kind in one.address_types}
    takes = {one.name: one.address_types for one in given_transports}

    for recipient in claimed(assignment):
        name = assignment.transport_of(recipient)
        assert name is not None
        assert recipient.address_type in takes[name] or recipient.address_type not in naming


@given(recipients, senders, transports, st.randoms())
def test_the_order_of_recipients_does_not_change_who_takes_them(
    given_recipients: list[Recipient], sender: Address | None, given_transports: list[TransportFacts], random: object
) -> None:
    turned = given_recipients[::-1]
    one, other = (assign(each, sender, given_transports) for each in (given_recipients, turned))

    assert {r: one.transport_of(r) for r in given_recipients} == {r: other.transport_of(r) for r in given_recipients}


@given(recipients, senders, transports)
def test_recipients_of_one_transport_keep_their_order(
    given_recipients: list[Recipient], sender: Address | None, given_transports: list[TransportFacts]
) -> None:
    for _, taken in assign(given_recipients, sender, given_transports).by_transport:
        assert list(taken) == [one for one in given_recipients if one in taken]


@given(recipients, addresses, transports)
def test_the_transport_of_the_sender_goes_before_all_that_name_the_same_type(
    given_recipients: list[Recipient], sender: Address, given_transports: list[TransportFacts]
) -> None:
    mine = [
        one
        for one in given_transports
        if one.identity is not None and one.identity.search_key == sender.search_key and one.address_types
    ]
    assignment = assign(given_recipients, sender, given_transports)

    for recipient in given_recipients:
        able = [one.name for one in mine if recipient.address_type in one.address_types]
        if able:
            assert assignment.transport_of(recipient) == able[0]


@given(recipients, transports)
def test_without_a_sender_the_order_of_the_profile_decides(
    given_recipients: list[Recipient], given_transports: list[TransportFacts]
) -> None:
    assignment = assign(given_recipients, None, given_transports)

    for recipient in given_recipients:
        able = [one.name for one in given_transports if recipient.address_type in one.address_types] or [
            one.name for one in given_transports if ANY_TYPE in one.address_types
        ]
        assert assignment.transport_of(recipient) == (able[0] if able else None)


def test_the_identity_is_compared_without_case() -> None:
    first = TransportFacts("first", ("SMTP",))
    mine = TransportFacts("mine", ("SMTP",), Address("SMTP", "Ann@A.test"))

    assert assign([BOB], ANN, [first, mine]).transport_of(BOB) == "mine"


def test_the_identity_of_another_type_is_another_one() -> None:
    first = TransportFacts("first", ("SMTP",))
    fax = TransportFacts("fax", ("SMTP",), Address("FAX", "ann@a.test"))

    assert assign([BOB], ANN, [first, fax]).transport_of(BOB) == "first"


def test_transports_act_in_the_order_of_the_profile_behind_the_senders() -> None:
    fax = Recipient(Address("FAX", "+1"))
    sms = Recipient(Address("SMS", "+2"))
    profile = [
        TransportFacts("fax", ("FAX",)),
        TransportFacts("sms", ("SMS",)),
        TransportFacts("mine", ("SMTP",), ANN),
    ]

    assert [name for name, _ in assign([sms, fax, BOB], ANN, profile).by_transport] == ["mine", "fax", "sms"]


def test_a_bare_name_goes_to_nobody_but_a_transport_of_any_type() -> None:
    name = Recipient(Address("", "", "Bob"))
    smtp, everything = TransportFacts("smtp", ("SMTP",)), TransportFacts("all", (ANY_TYPE,))

    assert (assign([name], None, [smtp]).unclaimed, assign([name], None, [everything]).unclaimed) == ((name,), ())
