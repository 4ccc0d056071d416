"""What a configuration refuses, and that it does not show the token meanwhile."""

import pytest

from msgcore.errors import UsageError
from msgcore.spi import Secret

from msgcore_sms import SmsConfig

TOKEN = Secret("correct-horse/battery+staple")


@pytest.mark.parametrize(
    "url",
    [
        "https://api.operator.test",
        "https://api.operator.test:8443/v1/",
        "sms+https://api.operator.test/v1",
        "http://127.0.0.1:8080/v1",
        "http://[::1]:8080",
    ],
)
def test_a_url_of_an_api_is_taken(url: str) -> None:
    assert SmsConfig(url, TOKEN, "Athena").url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.operator.test",
        "ftp://api.operator.test",
        "https://",
        "https://api.operator.test:99999",
        "https://api.operator.test/v 1",
        "https://api.operator.test/v1?debug=1",
        "https://ann:secret@api.operator.test",
        "http://api.operator.test/v1",
        "http://127.0.0.1.operator.test/v1",
    ],
)
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        SmsConfig(url, TOKEN, "Athena")


def test_a_url_that_is_refused_does_not_show_its_password() -> None:
    with pytest.raises(UsageError) as caught:
        SmsConfig("https://ann:a-long-secret@api.operator.test", TOKEN, "Athena")
    assert "a-long-secret" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "two words", "a line end\n", "caf\u00e9"])
def test_a_token_that_is_no_header_field_is_refused(token: str) -> None:
    with pytest.raises(UsageError, match="token: need printable ASCII"):
        SmsConfig("https://api.operator.test", Secret(token), "Athena")


def test_a_sender_is_needed() -> None:
    with pytest.raises(UsageError, match="sender: is empty"):
        SmsConfig("https://api.operator.test", TOKEN, "")


def test_a_text_may_have_one_character_at_least() -> None:
    with pytest.raises(UsageError, match="max_characters 0: need 1"):
        SmsConfig("https://api.operator.test", TOKEN, "Athena", max_characters=0)
