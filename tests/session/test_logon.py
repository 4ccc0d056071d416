"""Logging on, and what a service that is broken does to the others."""

from __future__ import annotations

import pytest

from msgcore import Message
from msgcore.blocking.session import Session
from msgcore.errors import AuthenticationRefused, NotSupported, PluginBroken, ProfileError, UsageError
from msgcore.props.table import PidTagProviderDisplay, PidTagResourceType, PidTagStatusCode, PidTagStatusString
from msgcore.session.services import ResourceType, ServiceState
from tests.session.desk import MEMORY, Desk
from tests.session.services import BROKEN, MemoryService, PlainService, memory

ANY_STATE = ServiceState.AVAILABLE | ServiceState.OFFLINE | ServiceState.FAILURE


def states(session: Session) -> dict[str, ServiceState]:
    """Say of each service whether it works."""
    *rows, spooler = session.status_table().query_rows(100)
    assert spooler[PidTagResourceType] == ResourceType.SPOOLER
    return {row[PidTagProviderDisplay]: ServiceState(row[PidTagStatusCode]) & ANY_STATE for row in rows}


def test_a_session_knows_the_name_of_its_profile(desk: Desk) -> None:
    with desk.log_on() as session:
        assert (session.profile_name, repr(session)) == ("work", "<Session 'work'>")


def test_a_profile_that_is_not_there_is_named(desk: Desk) -> None:
    with pytest.raises(ProfileError, match="no-such-profile"):
        desk.logon("no-such-profile", desk.admin)


def test_the_status_table_shows_every_service_in_order(desk: Desk) -> None:
    with desk.log_on(desk.mailbox("a.db"), MEMORY, desk.mailbox("b.db")) as session:
        assert list(states(session)) == ["a.db", "memory", "b.db"]


def test_services_that_work_are_available(desk: Desk) -> None:
    with desk.log_on() as session:
        assert set(states(session).values()) == {ServiceState.AVAILABLE}


def test_a_service_of_plain_methods_is_logged_on(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), {"service": "plain"}):
        assert PlainService.opened["memory"].is_logged_on


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_service_shows_its_state(desk: Desk, broken: str) -> None:
    with desk.log_on(desk.mailbox(), {"service": broken}, MEMORY) as session:
        assert states(session) == {
            "mail.db": ServiceState.AVAILABLE,
            broken: ServiceState.FAILURE,
            "memory": ServiceState.AVAILABLE,
        }


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_service_leaves_the_others_sending(desk: Desk, broken: str) -> None:
    with desk.log_on({"service": broken, "label": "broken"}, desk.mailbox(), MEMORY) as session:
        session.submit(Message(to="bob@b.test", subject="out"))
        session.flush_queues()

        assert memory().subjects == ["out"]


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        ("broken-constructor", "ZeroDivisionError: constructor"),
        ("broken-logon", "memory: wrong password"),
        ("broken-plain-logon", "ZeroDivisionError: logon"),
        ("broken-providers", "ZeroDivisionError: providers"),
        ("broken-types", "ZeroDivisionError: types"),
    ],
)
def test_the_status_table_says_what_is_wrong(desk: Desk, broken: str, text: str) -> None:
    with desk.log_on(desk.mailbox(), {"service": broken}) as session:
        (row,) = [row for row in session.status_table().query_rows(9) if row[PidTagProviderDisplay] == broken]

        assert text in row[PidTagStatusString]


def test_a_plug_in_whose_constructor_raises_is_named(desk: Desk) -> None:
    with pytest.raises(PluginBroken, match=r"BrokenConstructor: ZeroDivisionError: constructor"):
        desk.log_on({"service": "broken-constructor"})


@pytest.mark.parametrize(
    ("services", "kind"),
    [
        (["broken-logon", "broken-constructor"], AuthenticationRefused),
        (["broken-constructor", "broken-logon"], PluginBroken),
        (["broken-providers"], PluginBroken),
        (["broken-types"], PluginBroken),
        (["broken-plain-logon"], PluginBroken),
    ],
)
def test_when_every_service_is_broken_the_first_error_is_raised(
    desk: Desk, services: list[str], kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        desk.log_on(*({"service": name} for name in services))


def test_a_service_that_fails_after_its_constructor_is_closed(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), {"service": "broken-types"}):
        assert memory().closings == 1


def test_when_every_service_is_broken_those_that_were_opened_are_closed(desk: Desk) -> None:
    with pytest.raises(AuthenticationRefused):
        desk.log_on({"service": "broken-logon"})

    assert memory().closings == 1


def test_a_store_file_that_is_none_fails_its_service_only(desk: Desk) -> None:
    (desk.folder / "text.db").write_text("no database, but a long enough text\n" * 100)
    with desk.log_on(desk.mailbox("text.db"), desk.mailbox("good.db")) as session:
        assert states(session) == {"text.db": ServiceState.FAILURE, "good.db": ServiceState.AVAILABLE}


def test_a_profile_without_services_is_a_session_without_stores(desk: Desk) -> None:
    desk.admin.create("empty", [])
    with desk.logon("empty", desk.admin) as session:
        assert session.stores == ()


# The default store


def test_the_first_store_is_the_default_one(desk: Desk) -> None:
    with desk.log_on(MEMORY, desk.mailbox("a.db"), _other(desk)) as session:
        assert session.default_store.uid == session.stores[0].uid != session.stores[1].uid


def test_the_store_that_the_profile_names_is_the_default_one(desk: Desk) -> None:
    with desk.log_on(desk.mailbox("a.db"), _other(desk) | {"default_store": True}) as session:
        assert session.default_store.uid == session.stores[1].uid


def _other(desk: Desk) -> dict[str, object]:
    """Make a second mailbox that is no copy of the template, and so has a uid of its own."""
    path = desk.folder / "other.db"
    desk.open_store(f"sqlite:///{path}").close()
    return {"service": "personal-folders", "path": str(path), "name": "other"}


def test_without_a_store_there_is_no_default_one(desk: Desk) -> None:
    with desk.log_on(MEMORY) as session, pytest.raises(NotSupported, match="outbox"):
        _ = session.default_store


def test_without_a_store_because_it_failed_the_error_says_why(desk: Desk) -> None:
    (desk.folder / "text.db").write_text("no database, but a long enough text\n" * 100)
    with desk.log_on(desk.mailbox("text.db"), MEMORY) as session, pytest.raises(NotSupported, match="not a database"):
        _ = session.inbox


# Logging off


def test_logging_off_closes_every_service(desk: Desk) -> None:
    with desk.log_on(MEMORY, {"service": "memory", "name": "second", "label": "second"}):
        pass

    assert (memory().closings, memory("second").closings) == (1, 1)


def test_logging_off_twice_closes_once(desk: Desk) -> None:
    session = desk.log_on()
    session.close()
    session.close()

    assert memory().closings == 1


def test_a_service_that_raises_at_its_end_does_not_hinder_logging_off(desk: Desk) -> None:
    with desk.log_on({"service": "broken-close", "label": "broken"}, MEMORY):
        pass

    assert (memory("broken").closings, memory().closings) == (1, 1)


def test_a_service_that_raises_at_its_end_shows_its_state(desk: Desk) -> None:
    session = desk.log_on({"service": "broken-close"})
    session.close()

    assert states(session) == {"broken-close": ServiceState.FAILURE}


def test_after_logging_off_the_stores_are_closed(desk: Desk) -> None:
    session = desk.log_on()
    inbox = session.inbox
    session.close()

    with pytest.raises(UsageError, match="closed"):
        inbox.count()


def test_what_was_submitted_before_logging_off_is_sent_after_the_next_logon(desk: Desk) -> None:
    with desk.log_on() as session:
        session.submit(Message(to="bob@b.test", subject="kept"))
    with desk.log_on() as session:
        session.flush_queues()

    assert memory().subjects == ["kept"]


def test_each_logon_makes_its_services_anew(desk: Desk) -> None:
    with desk.log_on():
        first = memory()
    with desk.log_on():
        assert memory() is not first


def test_the_configuration_of_a_plug_in_comes_from_the_profile(desk: Desk) -> None:
    with desk.log_on({"service": "memory", "types": ["SMS", "FAX"], "email": "ann@a.test"}):
        assert isinstance(memory(), MemoryService)
        assert memory().config.types == ("SMS", "FAX")


def test_a_named_default_store_that_failed_is_not_replaced_by_another(desk: Desk) -> None:
    """Mail must not go out through a store that nobody chose."""
    broken = {"service": "broken-logon", "default_store": True}
    with (
        desk.log_on(desk.mailbox("a.db"), broken) as session,
        pytest.raises(NotSupported, match="broken-logon, named the default store"),
    ):
        _ = session.inbox
