"""What a suite for a transport or gateway is made of: what its writer says, and how its tests send letters."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError
from msgcore.model.address import Address, parse_address
from msgcore.runtime.abc import Runtime
from msgcore.spi.plugin import Plugin
from msgcore.testing.conformance import Ability, Conformance, lacking, unsaid
from msgcore.testing.delivery.letters import Letter, Told, letter_to
from msgcore.testing.delivery.opened import Opened
from msgcore.testing.far_ends import ABILITIES, AbleFarEnd, FarEnd
from msgcore.testing.modes import Mode, call

__all__ = ["DeliverySuite", "F"]

T = TypeVar("T")
F = TypeVar("F", bound=FarEnd)


class DeliverySuite(Conformance, Generic[F]):
    """The base of the tests."""

    far_end_class: type[F]
    """What stands behind the plug-in, made anew for each test; see :class:`~msgcore.testing.far_ends.AbleFarEnd`."""

    sender: ClassVar[str] = "ann@a.test"
    """Whom the letters are from."""

    def config(self, far_end: F) -> object:
        """Give the configuration with which the plug-in reaches this far end."""
        raise NotImplementedError(f"{type(self).__qualname__} has to say how its plug-in is configured")

    @classmethod
    def abilities(cls) -> frozenset[Ability]:
        far_end_class = getattr(cls, "far_end_class", None)
        return super().abilities() | {one for one in ABILITIES if getattr(far_end_class, one, False)}

    @classmethod
    def _left_out(cls) -> Sequence[str]:
        said = unsaid(cls, far_end_class="what stands behind the plug-in, and says what it was given")
        methods = ("__enter__", "__exit__", "address", "taken", "attempts")
        return [*super()._left_out(), *said, *lacking(cls, FarEnd, *methods)]

    # What transports and gateways differ in.

    def make(self, config: object, runtime: Runtime) -> Plugin:
        """Call the plug-in's constructor."""
        raise NotImplementedError

    async def open(self, plugin: Plugin, deadline: Deadline) -> Opened:
        """Open what was made, as msgcore does before its first use."""
        raise NotImplementedError

    # What tests do.

    def far_end(self) -> AbleFarEnd:
        """Make a far end; a test uses those of its abilities that it needs."""
        return cast(AbleFarEnd, self.far_end_class())

    def config_for(self, far_end: FarEnd) -> object:
        return self.config(cast(F, far_end))

    def from_address(self) -> Address:
        return parse_address(self.sender)

    def letter(self, far_end: FarEnd, *names: str, bcc: Sequence[str] = ()) -> Letter:
        """Write to people at the far end."""
        to, blind = ([far_end.address(name) for name in some] for some in (names, bcc))
        return letter_to(self.from_address(), to, blind)

    def at_work(
        self,
        mode: Mode,
        config: object,
        story: Callable[[Opened], Coroutine[Any, Any, T]],
        seconds: float | None = None,
    ) -> T:
        """Make and open a plug-in, run a story with it as one public call, and close it."""

        async def main(runtime: Runtime) -> T:
            plugin = self.make(config, runtime)
            try:
                opening = self.ample_seconds if seconds is None else seconds
                opened = await self.open(plugin, runtime.deadline(opening))
                opened.ample_seconds = self.ample_seconds
                return await story(opened)
            finally:
                await plugin.close()

        return call(mode.runtime(), main)

    def send(self, mode: Mode, far_end: FarEnd, letter: Letter) -> Told:
        """Send one letter with a plug-in of its own; errors are raised."""
        return self.at_work(mode, self.config_for(far_end), lambda opened: opened.send(letter))

    def try_to_send(self, mode: Mode, config: object, letter: Letter, seconds: float | None = None) -> Told:
        """Send one letter with a plug-in of its own, and give what is said, or the error."""
        try:
            return self.at_work(mode, config, lambda opened: opened.try_to_send(letter, seconds), seconds)
        except MsgcoreError as error:  # when it was opened, or closed
            return Told(letter, {}, error)
