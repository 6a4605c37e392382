from __future__ import annotations

import pytest

from api.security import check_exposure, cypher_allowed, is_loopback
from graph.errors import ConfigError
from graph.settings import Settings

KEY = "not-a-real-key-0123456789"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.9.10",
        "::1",
        "[::1]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "::ffff:127.0.0.1",
    ],
)
def test_loopback_hosts(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "0.0.0.0",
        "::",
        "10.0.0.1",
        "192.168.1.9",
        "example.org",
        "localhost.example.org",
        "::ffff:10.0.0.1",
        "127.0.0.1.example.org",
    ],
)
def test_other_hosts(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "api.example.org"])
def test_other_machines_need_a_key(host: str) -> None:
    with pytest.raises(ConfigError, match="INNOGRAPH_API_KEY"):
        check_exposure(Settings(api_host=host))
    check_exposure(Settings(api_host=host, api_key=KEY))
    assert cypher_allowed(Settings(api_host=host, api_key=KEY))
    assert not cypher_allowed(Settings(api_host=host))


def test_loopback_needs_none() -> None:
    check_exposure(Settings())
    assert cypher_allowed(Settings())


@pytest.mark.parametrize("key", ["密钥", " padded", "padded ", "two\nlines", "nul\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_exposure(Settings(api_key=key))
    assert key not in str(caught.value)
