"""Tests that look for the configuration's secret where it must not show."""

from __future__ import annotations

import logging

import pytest

from msgcore.errors import AuthenticationRefused
from msgcore.testing.conformance import needs
from msgcore.testing.delivery.opened import Opened
from msgcore.testing.delivery.suite import DeliverySuite, F
from msgcore.testing.modes import Mode
from msgcore.testing.secrecy import forms_in, shown_by

__all__ = ["SecretTests"]


class SecretTests(DeliverySuite[F]):
    """Credentials: right, wrong, and never shown."""

    @needs("secret", "refuse_credentials")
    def test_wrong_credentials_raise_authentication_refused(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.refuse_credentials()
            told = self.try_to_send(mode, self.config_for(far_end), self.letter(far_end, "bob"))
            assert isinstance(told.error, AuthenticationRefused), repr(told)

    @needs("secret", "refuse_credentials")
    def test_the_error_for_wrong_credentials_does_not_show_them(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.refuse_credentials()
            told = self.try_to_send(mode, self.config_for(far_end), self.letter(far_end, "bob"))
            assert forms_in(shown_by(told.error) + shown_by(told.outcomes), self.secret) == []

    @needs("secret", "down")
    def test_the_error_for_a_far_end_that_is_down_shows_no_secret(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            config, letter = self.config_for(far_end), self.letter(far_end, "bob")
            with far_end.down():
                told = self.try_to_send(mode, config, letter)
            assert forms_in(shown_by(told.error) + shown_by(told.outcomes), self.secret) == []

    @needs("secret", "refuse")
    def test_what_is_told_of_a_refused_recipient_shows_no_secret(self, mode: Mode) -> None:
        """It goes into a report to the sender, who may be anybody."""
        with self.far_end() as far_end:
            far_end.refuse(far_end.address("bob"))
            told = self.try_to_send(mode, self.config_for(far_end), self.letter(far_end, "bob"))
            assert forms_in(shown_by(told.error) + shown_by(told.outcomes), self.secret) == []

    @needs("secret", "defer")
    def test_what_is_told_of_a_deferred_recipient_shows_no_secret(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.defer(far_end.address("bob"))
            told = self.try_to_send(mode, self.config_for(far_end), self.letter(far_end, "bob"))
            assert forms_in(shown_by(told.error) + shown_by(told.outcomes), self.secret) == []

    @needs("secret")
    def test_the_configuration_shows_no_secret(self) -> None:
        with self.far_end() as far_end:
            assert forms_in(shown_by(self.config_for(far_end)), self.secret) == []

    @needs("secret")
    def test_nothing_that_is_opened_shows_the_secret(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob")

            async def story(opened: Opened) -> str:
                before = [shown_by(one) for one in opened.shown]
                told = await opened.send(letter)
                return "\n".join([*before, *(shown_by(one) for one in opened.shown), shown_by(told.outcomes)])

            assert forms_in(self.at_work(mode, self.config_for(far_end), story), self.secret) == []

    @needs("secret")
    def test_no_log_shows_the_secret(self, mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
        with self.far_end() as far_end, caplog.at_level(logging.DEBUG):
            self.send(mode, far_end, self.letter(far_end, "bob"))
            assert forms_in(caplog.text, self.secret) == []
