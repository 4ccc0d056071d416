"""What the suite for retrievers is told by its writer, and how its tests open sessions."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

from hypothesis import HealthCheck, settings

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError
from msgcore.runtime.abc import Runtime
from msgcore.session.services import providers_of
from msgcore.spi.plugin import Plugin
from msgcore.spi.retrieval import RetrievingProvider
from msgcore.spi.service import ServiceClass
from msgcore.testing.conformance import Ability, Conformance, lacking, see_that_there_is_one, unsaid
from msgcore.testing.modes import Mode, call
from msgcore.testing.retrievers.far_end import ABILITIES, AbleMaildropFarEnd, MaildropFarEnd
from msgcore.testing.retrievers.mail import letters
from msgcore.testing.retrievers.opened import OpenedRetriever, Session

__all__ = ["M", "RetrieverSuite"]

T = TypeVar("T")
M = TypeVar("M", bound=MaildropFarEnd)


class RetrieverSuite(Conformance, Generic[M]):
    """The base of the tests."""

    service_class: ClassVar[type[object]]
    """The message service; its first retriever is tested."""

    far_end_class: type[M]
    """What stands behind it, made anew for each test; see
    :class:`~msgcore.testing.retrievers.AbleMaildropFarEnd`."""

    has_unique_ids: ClassVar[bool] = True
    """Whether the server has unique ids."""

    has_headers: ClassVar[bool] = True
    """Whether the server gives headers without their messages."""

    many: ClassVar[int] = 200
    """How many messages the tests of many have: more than are given at once, if the plug-in does not give all."""

    examples: ClassVar[int] = 10
    """How many examples hypothesis draws for a test; each is a session."""

    def config(self, far_end: M) -> object:
        """Give the configuration with which the plug-in reaches this far end."""
        raise NotImplementedError(f"{type(self).__qualname__} has to say how its plug-in is configured")

    def arrives(self, octets: bytes) -> bytes:
        """Say what becomes of a message on its way: POP3 ends its last line. As a rule it arrives as it was put."""
        return octets

    @classmethod
    def abilities(cls) -> frozenset[Ability]:
        far_end_class = getattr(cls, "far_end_class", None)
        found = {one for one in ABILITIES if getattr(far_end_class, one, False)}
        found.add("unique ids" if cls.has_unique_ids else "no unique ids")
        found.add("headers" if cls.has_headers else "no headers")
        return super().abilities() | found

    @classmethod
    def _left_out(cls) -> Sequence[str]:
        said = unsaid(
            cls,
            service_class="the class that the entry point names",
            far_end_class="the maildrop that stands behind it",
        )
        return [*super()._left_out(), *said, *lacking(cls, MaildropFarEnd, "__enter__", "__exit__", "put", "waiting")]

    # What tests do.

    def far_end(self) -> AbleMaildropFarEnd:
        """Make a far end; a test uses those of its abilities that it needs."""
        return cast(AbleMaildropFarEnd, self.far_end_class())

    def config_for(self, far_end: MaildropFarEnd) -> object:
        return self.config(cast(M, far_end))

    def put(self, far_end: MaildropFarEnd, count: int) -> list[bytes]:
        """Put letters there, and give them as they arrive."""
        far_end.put(*letters(count))
        return [self.arrives(octets) for octets in letters(count)]

    def make(self, config: object, runtime: Runtime) -> Plugin:
        """Call the plug-in's constructor."""
        return Plugin.make(self.service_class.__name__, cast(ServiceClass, self.service_class), config, runtime)

    async def open(self, plugin: Plugin, deadline: Deadline) -> OpenedRetriever:
        """Open what was made, as msgcore does before its first use."""
        await plugin.logon(deadline)
        found = [one for one in providers_of(plugin) if isinstance(one, RetrievingProvider)]
        see_that_there_is_one(found, plugin, "retriever", "account", "retrieval", "open_maildrop")
        return OpenedRetriever(plugin, found[0])

    def at_work(
        self, mode: Mode, far_end: MaildropFarEnd, story: Callable[[OpenedRetriever], Coroutine[Any, Any, T]]
    ) -> T:
        """Make and open a plug-in, run a story with it as one public call, and close it."""
        config = self.config_for(far_end)

        async def main(runtime: Runtime) -> T:
            plugin = self.make(config, runtime)
            try:
                opened = await self.open(plugin, runtime.deadline(self.ample_seconds))
                opened.ample_seconds = self.ample_seconds
                return await story(opened)
            finally:
                await plugin.close()

        return call(mode.runtime(), main)

    def in_session(self, mode: Mode, far_end: MaildropFarEnd, story: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
        """Run a story in one session, with a plug-in of its own; what the story does not commit is not done."""

        async def work(opened: OpenedRetriever) -> T:
            session = await opened.open()
            try:
                return await story(session)
            finally:
                await session.close()

        return self.at_work(mode, far_end, work)

    def error_of(
        self, mode: Mode, far_end: MaildropFarEnd, story: Callable[[OpenedRetriever], Coroutine[Any, Any, object]]
    ) -> MsgcoreError | None:
        """Run a story with a plug-in of its own, and give the error that it ends with, wherever that arises."""
        try:
            self.at_work(mode, far_end, story)
        except MsgcoreError as error:
            return error
        return None

    @property
    def draws(self) -> settings:
        """How hypothesis draws; how long a session takes is not the suite's affair."""
        return settings(max_examples=self.examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
