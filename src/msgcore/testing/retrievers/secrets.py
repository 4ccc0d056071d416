"""Tests that look for the configuration's secret where it must not show."""

from __future__ import annotations

import logging

import pytest

from msgcore.errors import AuthenticationRefused
from msgcore.testing.conformance import needs
from msgcore.testing.modes import Mode
from msgcore.testing.retrievers.opened import OpenedRetriever
from msgcore.testing.retrievers.suite import M, RetrieverSuite
from msgcore.testing.secrecy import forms_in, shown_by

__all__ = ["SecretTests"]


class SecretTests(RetrieverSuite[M]):
    """Credentials: right, wrong, and never shown."""

    @needs("refuse_credentials")
    def test_wrong_credentials_raise_authentication_refused(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.refuse_credentials()
            error = self.error_of(mode, far_end, lambda opened: opened.listed())
            assert isinstance(error, AuthenticationRefused), repr(error)

    @needs("secret", "refuse_credentials")
    def test_the_error_for_wrong_credentials_does_not_show_them(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.refuse_credentials()
            error = self.error_of(mode, far_end, lambda opened: opened.listed())
            assert forms_in(shown_by(error), self.secret) == []

    @needs("secret", "down")
    def test_the_error_for_a_far_end_that_is_down_shows_no_secret(self, mode: Mode) -> None:
        with self.far_end() as far_end, far_end.down():
            error = self.error_of(mode, far_end, lambda opened: opened.listed())
            assert forms_in(shown_by(error), self.secret) == []

    @needs("secret")
    def test_the_configuration_shows_no_secret(self) -> None:
        with self.far_end() as far_end:
            assert forms_in(shown_by(self.config_for(far_end)), self.secret) == []

    @needs("secret")
    def test_nothing_that_is_opened_shows_the_secret(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 1)

            async def story(opened: OpenedRetriever) -> str:
                session = await opened.open()
                await session.retrieve(await session.list())
                shown = "\n".join(shown_by(one) for one in (*opened.shown, session.maildrop))
                await session.close()
                return shown

            assert forms_in(self.at_work(mode, far_end, story), self.secret) == []

    @needs("secret")
    def test_no_log_shows_the_secret(self, mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
        with self.far_end() as far_end, caplog.at_level(logging.DEBUG):
            self.put(far_end, 1)
            self.at_work(mode, far_end, lambda opened: opened.listed())
            assert forms_in(caplog.text, self.secret) == []
