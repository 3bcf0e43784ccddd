"""Make the rules and the secrets of webhooks from the settings."""

from app.config.settings import Settings, SettingsError
from app.webhooks.delivery import Sender
from app.webhooks.rules import HOST, WebhookRules
from app.webhooks.signature import parse_secrets


def make_rules(settings: Settings) -> WebhookRules:
    """Return which URLs may be called.

    Raises
    ------
    SettingsError
        A host is malformed.
    """
    hosts = tuple(host.strip() for host in settings.webhook_hosts.lower().split(","))
    hosts = tuple(host for host in hosts if host)
    for host in hosts:
        if not HOST.fullmatch(host):
            raise SettingsError(
                f"GENRE_WEBHOOK_HOSTS: {host!r} must be a host such as hooks.example, "
                "hooks.example:8443 or *.example."
            )
    return WebhookRules(hosts, settings.webhook_private)


def make_sender(settings: Settings) -> Sender:
    """Return what sends webhooks.

    Raises
    ------
    SettingsError
        A host or a secret is malformed, or hosts are set without a secret.
    """
    rules, text = make_rules(settings), settings.webhook_secret
    if text is None:
        if rules.hosts:
            raise SettingsError(
                "GENRE_WEBHOOK_SECRET is not set, but GENRE_WEBHOOK_HOSTS is: webhooks are signed."
            )
        return Sender(rules, ())
    try:
        return Sender(rules, tuple(parse_secrets(text.get_secret_value())))
    except ValueError as error:
        raise SettingsError(f"GENRE_WEBHOOK_SECRET: {error}.") from None
