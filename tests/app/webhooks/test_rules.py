"""Which URLs may be called, which addresses are of the internet, and how settings can be wrong."""

import pytest
from pydantic import SecretStr

from app.config.settings import Settings, SettingsError
from app.webhooks.addresses import AddressError, is_public, resolve
from app.webhooks.rules import WebhookRefusedError, WebhookRules
from app.webhooks.settings import make_sender

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
RULES = WebhookRules(("hooks.example", "other.example:8443", "*.apps.example", "[2001:db8::1]"))


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example/a?b=c",
        "https://HOOKS.example:443",
        "https://other.example:8443/",
        "https://a.b.apps.example/x",
        "https://[2001:db8::1]/",
    ],
)
def test_allows_hosts_of_the_setting(url: str) -> None:
    assert RULES.check(url) == url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("http://hooks.example/", "https://", id="plain"),
        pytest.param("ftp://hooks.example/", "https://", id="scheme"),
        pytest.param("hooks.example", "https://", id="no-scheme"),
        pytest.param("", "https://", id="empty"),
        pytest.param("https://elsewhere.example/", "GENRE_WEBHOOK_HOSTS", id="host"),
        pytest.param("https://hooks.example:8080/", "GENRE_WEBHOOK_HOSTS", id="port"),
        pytest.param("https://other.example/", "GENRE_WEBHOOK_HOSTS", id="default-port"),
        pytest.param("https://apps.example/", "GENRE_WEBHOOK_HOSTS", id="domain-itself"),
        pytest.param("https://evilapps.example/", "GENRE_WEBHOOK_HOSTS", id="suffix"),
        pytest.param("https://hooks.example.evil.example/", "GENRE_WEBHOOK_HOSTS", id="prefix"),
        pytest.param("https:///path", "GENRE_WEBHOOK_HOSTS", id="no-host"),
        pytest.param("https://hooks.example@evil.example/", "user", id="user"),
        pytest.param("https://u:p@hooks.example/", "user", id="password"),
        pytest.param("https://hooks.example/#a", "fragment", id="fragment"),
        pytest.param("https://hooks.example\\@evil.example/", "ASCII", id="backslash"),
        pytest.param("https://hooks.example/a b", "ASCII", id="space"),
        pytest.param("https://hooks.example/\r\nx: y", "ASCII", id="line-break"),
        pytest.param("https://hooks.example/\x00", "ASCII", id="nul"),
        pytest.param("https://hööks.example/", "ASCII", id="no-ascii"),
        pytest.param("https://hooks.example/" + "a" * 2000, "ASCII", id="long"),
        pytest.param("https://hooks.example:99999/", "not a URL", id="port-number"),
        pytest.param("https://[::1/", "not a URL", id="bracket"),
    ],
)
def test_refuses_others_and_says_why(url: str, reason: str) -> None:
    with pytest.raises(WebhookRefusedError, match=reason):
        RULES.check(url)


def test_refuses_everything_by_default() -> None:
    with pytest.raises(WebhookRefusedError, match="switched off here"):
        WebhookRules().check("https://hooks.example/")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::"),
    ],
)
def test_addresses_inside_a_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.asyncio
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
async def test_does_not_resolve_to_this_machine(host: str) -> None:
    with pytest.raises(AddressError, match="private address"):
        await resolve(host, 443, allow_private=False)


@pytest.mark.asyncio
@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".example", "a..b"])
async def test_says_that_a_host_cannot_be_resolved(host: str) -> None:
    with pytest.raises(AddressError, match="cannot be resolved"):
        await resolve(host, 443, allow_private=True)


@pytest.mark.parametrize(
    ("hosts", "secret", "reason"),
    [
        pytest.param("https://hooks.example", SECRET, "GENRE_WEBHOOK_HOSTS", id="url"),
        pytest.param("hooks.example/path", SECRET, "GENRE_WEBHOOK_HOSTS", id="path"),
        pytest.param("*", SECRET, "GENRE_WEBHOOK_HOSTS", id="everything"),
        pytest.param("hooks.example", None, "GENRE_WEBHOOK_SECRET is not set", id="no-secret"),
        pytest.param("hooks.example", "", "it is empty", id="empty-secret"),
        pytest.param("hooks.example", "geheim", "Base64", id="no-base64"),
        pytest.param("hooks.example", "whsec_Z2VoZWlt", "24 to 64", id="short-secret"),
        pytest.param("", "geheim", "Base64", id="wrong-secret-without-hosts"),
    ],
)
def test_wrong_settings_are_said_and_no_secret_is_repeated(
    hosts: str, secret: str | None, reason: str
) -> None:
    settings = Settings(webhook_hosts=hosts, webhook_secret=secret and SecretStr(secret))

    with pytest.raises(SettingsError, match=reason) as caught:
        make_sender(settings)

    assert "geheim" not in str(caught.value)
