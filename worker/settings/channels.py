"""`channels.toml` in; frozen channels with their secrets resolved, and the variables they came from, out.

A secret never stands in the file: `…_env` names the variable that holds it, or whose `…_FILE` names a file that does.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from email.headerregistry import HeaderRegistry
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from worker.errors import FetchError, SettingsError
from worker.model import Channel, Severity
from worker.render import DEFAULT, LANGUAGES
from worker.settings.environment import secret
from worker.settings.toml import Section, nearest, read_toml, validated

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _mail_address(value: str) -> str:
    header = HeaderRegistry()("To", value) if value.isprintable() else None
    addresses: tuple[Any, ...] = getattr(header, "addresses", ())
    if header is None or header.defects or len(addresses) != 1 or not addresses[0].domain:
        raise ValueError(f"{value!r} is no mail address; write one like name@example.org")
    return value


def _web_address(value: str) -> str:
    from worker.connections import absolute_url  # here, as below: it takes long, and few files need it

    try:
        absolute_url(value)
    except FetchError:
        raise ValueError(f"{value!r} is not an http(s) address; write one like https://example.org/hook") from None
    if urlsplit(value).username is not None:
        raise ValueError("a name or password in the address is never sent; leave it out, the signature says who sends")
    return value


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"{value!r} is not a language Trucewire speaks; use one of {', '.join(LANGUAGES)}")
    return value


def _without_file(name: str) -> str:
    if name.endswith("_FILE"):
        raise ValueError(f"{name} ends in _FILE; name the variable without it, both forms are read")
    return name


Variable = Annotated[str, Field(pattern="^TRUCEWIRE_[A-Z0-9_]+$"), AfterValidator(_without_file)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]


class ChannelSection(Section):
    """What every `[[channel]]` has. A field `X_env` becomes the option X, resolved."""

    name: str = Field(pattern="^[a-z][a-z0-9_-]{0,39}$")
    kind: str
    enabled: bool = True
    minimum_severity: Severity = Severity.INFO
    rules: tuple[str, ...] = ()
    language: Annotated[str, AfterValidator(_language)] = DEFAULT
    per_minute: int | None = Field(default=None, ge=1, le=6000)
    fallback: str = ""


class ConsoleSection(ChannelSection):
    """Writes to standard output."""

    kind: Literal["console"]


class EmailSection(ChannelSection):
    """Mail through an SMTP server."""

    kind: Literal["email"]
    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password_env: Variable | None = None
    sender: MailAddress
    recipients: tuple[MailAddress, ...] = Field(min_length=1)
    timeout_s: float = Field(default=20.0, gt=0, le=120)

    @model_validator(mode="after")
    def _login_is_safe(self) -> EmailSection:
        if bool(self.username) != bool(self.password_env):
            raise ValueError("a login needs both username and password_env; give both, or neither")
        if self.username and self.security == "none" and self.host not in _LOOPBACK:
            raise ValueError("a password would travel in the clear; set security to starttls or tls")
        return self


class WebhookSection(ChannelSection):
    """JSON by POST, signed after Standard Webhooks."""

    kind: Literal["webhook"]
    url: Annotated[str, AfterValidator(_web_address)]
    secret_env: Variable
    previous_secret_env: Variable | None = None  # signs, too, while receivers change over


class AppriseSection(ChannelSection):
    """Anything that Apprise knows by URL; the URL holds its tokens, so it is a secret as a whole."""

    kind: Literal["apprise"]
    url_env: Variable


_KINDS: dict[str, type[ChannelSection]] = {
    "apprise": AppriseSection,
    "console": ConsoleSection,
    "email": EmailSection,
    "webhook": WebhookSection,
}
_COMMON = frozenset(ChannelSection.model_fields)


class ChannelsFile(Section):
    """`channels.toml`, its channels still as written."""

    channel: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """Where alerts go."""

    channels: tuple[Channel, ...]
    variables: frozenset[str]  # that the file names, of disabled channels, too


def read_channels(path: Path, environ: Mapping[str, str], rules: frozenset[str] | None = None) -> ChannelSettings:
    """The channels in the file at `path`.

    Args:
        path: of `channels.toml`.
        environ: holds the secrets, or names their files. Those of a disabled channel may be missing.
        rules: the ids of all rules, for finding filters that let nothing through; None checks none.

    Raises:
        SettingsError: the first mistake, with file, key and remedy.
    """
    channels: dict[str, Channel] = {}
    fallbacks: dict[str, str] = {}
    variables: set[str] = set()
    for number, raw in enumerate(read_toml(path, ChannelsFile).channel, 1):
        try:
            section = _section(path.name, raw)
            _check_name(path.name, section, channels)
            _check_rules(path.name, section, rules)
            channels[section.name] = _channel(path.name, section, environ)
            fallbacks[section.name] = f"channel[{number}].fallback"
        except SettingsError as error:
            if error.file != path.name:  # the environment's mistake, not the file's
                raise
            key = f"channel[{number}].{error.key}" if error.key else f"channel[{number}]"
            raise SettingsError(path.name, key, error.complaint, error.remedy) from error
        variables.update(name for _, name in _secrets(section))
    for name, key in fallbacks.items():
        _check_fallback(path.name, key, channels[name], channels)
    return ChannelSettings(tuple(channels.values()), frozenset(variables))


def _section(file: str, raw: dict[str, Any]) -> ChannelSection:
    kind = raw.get("kind")
    if kind is None:
        raise SettingsError(file, "kind", "missing", f"add one of {', '.join(_KINDS)}")
    if kind not in _KINDS:
        remedy = _meant(str(kind), _KINDS, f"use one of {', '.join(_KINDS)}")
        raise SettingsError(file, "kind", f"{kind!r} is not known", remedy)
    return validated(file, raw, _KINDS[kind])


def _check_name(file: str, section: ChannelSection, others: Collection[str]) -> None:
    if section.name in others:
        raise SettingsError(file, "name", f"{section.name!r} is used twice", "choose another name")


def _check_rules(file: str, section: ChannelSection, rules: frozenset[str] | None) -> None:
    for rule in section.rules:
        if rules is not None and rule not in rules:
            raise SettingsError(
                file, "rules", f"{rule!r} is no rule's id", _meant(rule, rules, "use an id of rules.toml")
            )


def _check_fallback(file: str, key: str, channel: Channel, others: Mapping[str, Channel]) -> None:
    other = others.get(channel.fallback)
    if not channel.fallback:
        return
    if other is None or other is channel:
        complaint = f"{channel.fallback!r} is no other channel"
        names = {name for name in others if name != channel.name}
        raise SettingsError(file, key, complaint, _meant(channel.fallback, names, "name another channel of this file"))
    if not other.enabled:
        raise SettingsError(file, key, f"{channel.fallback!r} is not enabled", "name a channel that is")


def _meant(name: str, names: Iterable[str], otherwise: str) -> str:
    close = nearest(name, names)
    return f"did you mean {close}?" if close else otherwise


def _secrets(section: ChannelSection) -> list[tuple[str, str]]:
    """Field and variable of each secret that `section` names."""
    values = ((field, getattr(section, field)) for field in type(section).model_fields if field.endswith("_env"))
    return [(field, name) for field, name in values if name]


def _channel(file: str, section: ChannelSection, environ: Mapping[str, str]) -> Channel:
    fields = {field: getattr(section, field) for field in type(section).model_fields if field not in _COMMON}
    options = {field: value for field, value in fields.items() if not field.endswith("_env")}
    for field, name in _secrets(section) if section.enabled else ():
        value = secret(name, environ)
        if not value:
            raise SettingsError(file, field, f"{name} is not set", f"set it, or name a file in {name}_FILE")
        _check_secret(file, section.kind, field, name, value)
        options[field.removesuffix("_env")] = value
    if isinstance(section, EmailSection) and section.port is None:
        options["port"] = _PORTS[section.security]
    return Channel(
        name=section.name,
        kind=section.kind,
        options=options,
        minimum_severity=section.minimum_severity,
        rules=section.rules,
        enabled=section.enabled,
        language=section.language,
        per_minute=section.per_minute or _usual_pace(section.kind, options),
        fallback=section.fallback,
    )


# What services take in a minute before they answer 429, by the scheme of Apprise's address; others say so themselves.
_PER_MINUTE = {
    "discord": 30,
    "gchat": 60,
    "matrix": 60,
    "matrixs": 60,
    "ntfy": 12,
    "ntfys": 12,
    "slack": 60,
    "tgram": 20,
    "workflows": 60,
}


def _usual_pace(kind: str, options: Mapping[str, Any]) -> int:
    if kind != "apprise" or "url" not in options:
        return 0
    return _PER_MINUTE.get(urlsplit(options["url"]).scheme, 0)


def _check_secret(file: str, kind: str, field: str, name: str, value: str) -> None:
    """Complain of a secret that its channel cannot work with, without showing it."""
    if kind == "webhook" and not _is_signing_secret(value):
        remedy = "make one with: printf 'whsec_%s\\n' \"$(openssl rand -base64 32)\""
        raise SettingsError(file, field, f"{name} is not whsec_ and 24 to 64 bytes in base64", remedy)
    if kind == "apprise" and not _is_apprise_url(value):
        raise SettingsError(
            file, field, f"{name} is no address that Apprise knows", "see https://appriseit.com/services"
        )


def _is_signing_secret(value: str) -> bool:
    try:
        return value.startswith("whsec_") and 24 <= len(b64decode(value.removeprefix("whsec_"), validate=True)) <= 64
    except ValueError:
        return False


def _is_apprise_url(value: str) -> bool:
    import apprise

    return apprise.Apprise.instantiate(value) is not None
