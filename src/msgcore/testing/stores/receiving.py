"""Receive folders: where a message belongs by its class."""

from __future__ import annotations

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import UsageError
from msgcore.model.message import Message
from msgcore.props.table import PidTagSubject
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.folders import ReceiveFolder, Search
from msgcore.spi.store import Incoming, SpecialFolder
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import OLD, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["Receiving"]

C = Capability


async def where(desk: StoreDesk, message_class: str) -> ReceiveFolder:
    return await desk.store.receive_folder(message_class, NEVER)


def of_class(message_class: str) -> Incoming:
    return Incoming(Message(subject=message_class, message_class=message_class))


class Receiving(StoreSuite):
    @needs(C.RECEIVE_FOLDERS)
    @pytest.mark.parametrize("message_class", ["", "IPM.Note", "REPORT.IPM.Note.NDR", "Own"])
    def test_messages_of_any_class_are_received_in_the_inbox(self, run: Run, message_class: str) -> None:
        async def story(desk: StoreDesk) -> bool:
            return (await where(desk, message_class)).folder == desk.special[SpecialFolder.INBOX]

        assert run(story) is True

    @needs(C.RECEIVE_FOLDERS)
    @pytest.mark.parametrize(
        ("message_class", "expected"),
        [
            ("Own", ""),
            ("Own.Letter", "Own.Letter"),
            ("own.LETTER", "Own.Letter"),
            ("Own.Letter.Long", "Own.Letter"),
            ("Own.Letter.Long.Er", "Own.Letter"),
            ("Own.Letters", ""),
            ("Own.Letter.Short", "Own.Letter.Short"),
            ("Own.Letter.Short.", "Own.Letter.Short"),
            ("IPM.Own.Letter", "IPM"),
        ],
    )
    def test_the_longest_part_that_ends_before_a_dot_counts(self, run: Run, message_class: str, expected: str) -> None:
        async def story(desk: StoreDesk) -> str:
            for one in ("IPM", "Own.Letter", "Own.Letter.Short"):
                await desk.store.set_receive_folder(one, desk.elsewhere, NEVER)
            return (await where(desk, message_class)).message_class

        assert run(story) == expected

    @needs(C.RECEIVE_FOLDERS)
    def test_an_entry_is_kept(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[bool], list[bool]]:
            await desk.store.set_receive_folder("IPM.Own", desk.elsewhere, NEVER)

            async def look() -> list[bool]:
                listed = await desk.store.receive_folders(NEVER)
                expected = ReceiveFolder("IPM.Own", desk.elsewhere)
                return [await where(desk, "IPM.Own") == expected, expected in listed]

            return await desk.now_and_at_the_next_logon(look)

        assert run(story) == ([True, True], [True, True])

    @needs(C.RECEIVE_FOLDERS)
    def test_an_entry_of_the_same_class_in_other_case_takes_its_place(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[bool, int]:
            await desk.store.set_receive_folder("IPM.Own", desk.home, NEVER)
            await desk.store.set_receive_folder("ipm.OWN", desk.elsewhere, NEVER)
            entries = await desk.store.receive_folders(NEVER)
            of_class = [one for one in entries if one.message_class.lower() == "ipm.own"]
            return (await where(desk, "IPM.Own")).folder == desk.elsewhere, len(of_class)

        assert run(story) == (True, 1)

    @needs(C.RECEIVE_FOLDERS)
    def test_entries_are_listed_by_class(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            for one in ("ZZ.b", "zz.A", "ZZ"):
                await desk.store.set_receive_folder(one, desk.home, NEVER)
            entries = await desk.store.receive_folders(NEVER)
            return [one.message_class for one in entries if one.message_class.lower().startswith("zz")]

        assert run(story) == ["ZZ", "zz.A", "ZZ.b"]

    @needs(C.RECEIVE_FOLDERS)
    def test_a_dropped_entry_leaves_its_messages_to_the_shorter_one(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> str:
            await desk.store.set_receive_folder("Own", desk.home, NEVER)
            await desk.store.set_receive_folder("Own.Letter", desk.elsewhere, NEVER)
            await desk.store.set_receive_folder("OWN.letter", None, NEVER)
            return (await where(desk, "Own.Letter")).message_class

        assert run(story) == "Own"

    @needs(C.RECEIVE_FOLDERS)
    def test_the_folder_of_all_other_messages_can_be_changed(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            await desk.store.set_receive_folder("", desk.elsewhere, NEVER)
            return (await where(desk, "Own")).folder == desk.elsewhere

        assert run(story) is True

    @needs(C.RECEIVE_FOLDERS)
    def test_the_folder_of_all_other_messages_is_not_dropped(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            with pytest.raises(UsageError):
                await desk.store.set_receive_folder("", None, NEVER)
            return (await where(desk, "")).folder == desk.special[SpecialFolder.INBOX]

        assert run(story) is True

    @needs(C.RECEIVE_FOLDERS)
    @pytest.mark.parametrize(
        "message_class",
        [".IPM", "IPM.", "IPM..Note", "IPM.N\u00f6te", "IPM.\n", "x" * 256],
        ids=["dot in front", "dot behind", "two dots", "no ASCII", "a line end", "too long"],
    )
    def test_what_is_no_message_class_has_no_entry(self, run: Run, message_class: str) -> None:
        async def story(desk: StoreDesk) -> tuple[object, object]:
            before = list(await desk.store.receive_folders(NEVER))
            with pytest.raises(UsageError):
                await desk.store.set_receive_folder(message_class, desk.home, NEVER)
            return before, list(await desk.store.receive_folders(NEVER))

        before, after = run(story)
        assert after == before

    @needs(C.RECEIVE_FOLDERS, C.SEARCH_FOLDERS)
    def test_nothing_is_received_in_a_search_folder(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            search = Search(PidTagSubject.exists(), (desk.home,))
            found = await desk.store.create_search_folder(desk.special[SpecialFolder.ROOT], "found", search, NEVER)
            with pytest.raises(UsageError):
                await desk.store.set_receive_folder("Own", found, NEVER)

        run(story)

    @needs(C.RECEIVE_FOLDERS, C.FOLDERS)
    def test_an_entry_goes_with_its_folder(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            outer = await desk.make_folder("outer")
            inner = await desk.make_folder("inner", outer)
            await desk.store.set_receive_folder("Own", outer, NEVER)
            await desk.store.set_receive_folder("Own.Letter", inner, NEVER)
            await desk.store.delete_folder(outer, NEVER)
            return [(await where(desk, one)).message_class for one in ("Own", "Own.Letter")]

        assert run(story) == ["", ""]

    @needs(C.RECEIVE_FOLDERS, C.FOLDERS)
    def test_messages_of_no_other_class_go_to_the_inbox_when_their_folder_is_gone(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            made = await desk.make_folder("made")
            await desk.store.set_receive_folder("", made, NEVER)
            await desk.store.delete_folder(made, NEVER)
            return (await where(desk, "Own")).folder == desk.special[SpecialFolder.INBOX]

        assert run(story) is True

    # Delivering.

    @needs(C.RECEIVE_FOLDERS)
    def test_each_message_is_delivered_where_its_class_belongs(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            await desk.store.set_receive_folder("", desk.home, NEVER)
            await desk.store.set_receive_folder("Own.Letter", desk.elsewhere, NEVER)
            await desk.store.deliver([of_class("Own.Letter.Long"), of_class("Own"), of_class("OWN.LETTER")], NEVER)
            there = [row[PidTagSubject] for row in await desk.query(folder=desk.elsewhere)]
            return await desk.subjects(), sorted(there)

        assert run(story) == (["Own"], ["OWN.LETTER", "Own.Letter.Long"])

    @needs(C.RECEIVE_FOLDERS)
    @pytest.mark.parametrize("message_class", ["", ".", "Own..", "\u00e5"], ids=["none", "a dot", "dots", "no ASCII"])
    def test_a_message_of_a_strange_class_is_delivered_too(self, run: Run, message_class: str) -> None:
        async def story(desk: StoreDesk) -> int:
            await desk.store.set_receive_folder("", desk.elsewhere, NEVER)
            for one in await desk.store.receive_folders(NEVER):
                await desk.store.set_receive_folder(one.message_class, desk.elsewhere, NEVER)
            message = Message(subject="strange")
            message.message_class = message_class
            await desk.store.deliver([Incoming(message)], NEVER)
            return len(await desk.find(folder=desk.elsewhere))

        assert run(story) == 1

    @needs(C.RECEIVE_FOLDERS)
    def test_delivering_gives_the_entry_ids_in_order(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.store.set_receive_folder("b", desk.elsewhere, NEVER)
            ids = await desk.store.deliver([of_class("b"), of_class("a"), of_class("b.c")], NEVER)
            return [(await desk.load(one)).subject for one in ids]

        assert run(story) == ["b", "a", "b.c"]

    @needs(C.RECEIVE_FOLDERS)
    def test_a_second_delivery_with_the_same_key_is_none(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], list[EntryId], int]:
            await desk.store.set_receive_folder("", desk.elsewhere, NEVER)
            incoming = [Incoming(OLD, delivery_key=b"k")]
            first = await desk.store.deliver(incoming, NEVER)
            second = await desk.store.deliver(incoming, NEVER)
            inbox = desk.special[SpecialFolder.INBOX]
            return (
                list(first),
                list(second),
                len({*await desk.find(folder=desk.elsewhere), *await desk.find(folder=inbox)}),
            )

        first, second, count = run(story)
        assert (second, count) == (first, 1)
