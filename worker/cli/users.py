"""`trucewire user`, `token` and `audit`: who may use the pages and the API, and what they did.

Passwords are asked for, or read from standard input where that is no terminal; never taken from the command line, where
every process of the machine could read them.
"""

from __future__ import annotations

import getpass
import re
import sys
from typing import Annotated

import typer
from rich.text import Text

from worker.bootstrap import Log, utc_now
from worker.cli.console import (
    SinceOption,
    UntilOption,
    UsageError,
    ago,
    clock,
    duration,
    moment,
    opened,
    print_rows,
    said,
)
from worker.credentials import SHORTEST_PASSWORD
from worker.model.people import Deed, How, Role, Visitor
from worker.queries.people import audit_log, token_list, user_list

PANEL = "People"
_NAME = re.compile(r"[\w.@-]{1,64}")

user_app = typer.Typer(help="Who may sign in to the pages, and as what.", no_args_is_help=True)
token_app = typer.Typer(help="Tokens for programs and feed readers.", no_args_is_help=True)
RoleOption = Annotated[Role, typer.Option("--role", "-r", help="reader looks, analyst acknowledges, admin decides")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON lines.")]


@user_app.command("add")
def add_user(name: str, role: RoleOption = Role.READER) -> None:
    """Add a user. From the first one on, everybody has to sign in."""
    _check_name(name)
    password = _password(name)
    with opened() as services:
        try:
            added = services.store.people.add_user(name, password, role, utc_now())
        except ValueError as error:
            raise UsageError(f"{error}; nothing was changed") from error
        if not added:
            raise UsageError(f"user {name!r} exists; see trucewire user list")
        record(services, Deed("user.add", name, {"role": str(role)}))
    said(f"user {name} may sign in as {role}")


@user_app.command("list")
def list_users(as_json: JsonOption = False) -> None:
    """All users."""
    with opened() as services:
        rows = user_list(services.engine)
    now = utc_now()
    cells = [(row["name"], row["role"], clock(row["created_at"]), ago(row["last_login_at"], now)) for row in rows]
    print_rows(rows, ("user", "role", "made", "signed in"), cells, as_json=as_json, empty="no users: nobody is asked")


@user_app.command("role")
def set_role(name: str, role: Annotated[Role, typer.Argument()]) -> None:
    """Give a user another role. They have to sign in again."""
    with opened() as services:
        _must(services.store.people.set_role(name, role), "user", name)
        record(services, Deed("user.role", name, {"role": str(role)}))
    said(f"user {name} is {role} now")


@user_app.command("password")
def set_password(name: str) -> None:
    """Give a user another password. They have to sign in again."""
    password = _password(name)
    with opened() as services:
        try:
            _must(services.store.people.set_password(name, password), "user", name)
        except ValueError as error:
            raise UsageError(f"{error}; nothing was changed") from error
        record(services, Deed("user.password", name))
    said(f"user {name} has a new password")


@user_app.command("remove")
def remove_user(name: str) -> None:
    """Remove a user and end their sessions. What they did stays in the audit log."""
    with opened() as services:
        _must(services.store.people.remove_user(name), "user", name)
        record(services, Deed("user.remove", name))
    said(f"user {name} is removed")


@token_app.command("add")
def add_token(
    name: str,
    role: RoleOption = Role.READER,
    length: Annotated[str, typer.Option("--for", help="How long it is valid: 90d, 52w; for ever without this.")] = "",
) -> None:
    """Make a token, for `Authorization: Bearer …` or a feed's `?token=…`. It is shown this once."""
    _check_name(name)
    now = utc_now()
    with opened() as services:
        token = services.store.people.add_token(name, role, now, now + duration(length) if length else None)
        if token is None:
            raise UsageError(f"token {name!r} exists, or did once; choose another name")
        record(services, Deed("token.add", name, {"role": str(role)}))
    said(f"token {name} ({role}); it is shown this once:")
    typer.echo(token)


@token_app.command("list")
def list_tokens(as_json: JsonOption = False) -> None:
    """All tokens, by name; their secrets are kept nowhere."""
    with opened() as services:
        rows = token_list(services.engine)
    now = utc_now()
    cells = [
        (
            row["name"],
            row["role"],
            clock(row["created_at"]),
            ago(row["used_at"], now),
            "revoked" if row["revoked_at"] else clock(row["expires_at"]),
        )
        for row in rows
    ]
    print_rows(rows, ("token", "role", "made", "used", "until"), cells, as_json=as_json, empty="no tokens")


@token_app.command("revoke")
def revoke_token(name: str) -> None:
    """Make a token invalid."""
    with opened() as services:
        _must(services.store.people.revoke_token(name, utc_now()), "valid token", name)
        record(services, Deed("token.revoke", name))
    said(f"token {name} is no longer valid")


def audit(
    who: Annotated[str, typer.Option(help="Only this user or token.")] = "",
    action: Annotated[str, typer.Option(help="Only this, such as login.failed; alert: all that is done to them.")] = "",
    subject: Annotated[str, typer.Option(help="Only what was done to this: an id, a name.")] = "",
    since: Annotated[str | None, SinceOption] = None,
    until: Annotated[str | None, UntilOption] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1)] = 50,
    as_json: JsonOption = False,
) -> None:
    """Who signed in and who changed what, newest first."""
    with opened() as services:
        rows = audit_log(
            services.engine,
            who=who,
            action=action,
            subject=subject,
            since=moment(since),
            until=moment(until),
            limit=limit,
        )
    cells = [
        (
            clock(row["at"]),
            row["who"],
            row["how"],
            row["address"],
            row["action"],
            Text(" ".join([row["subject"], *(f"{name}={value}" for name, value in (row["detail"] or {}).items())])),
        )
        for row in rows
    ]
    print_rows(rows, ("at", "who", "how", "from", "action", "what"), cells, as_json=as_json, empty="nothing yet")


def _password(name: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass(f"password for {name} (at least {SHORTEST_PASSWORD} characters): ")
    if getpass.getpass("once more: ") != password:
        raise UsageError("the two passwords differ; nothing was changed")
    return password


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(f"name {name!r} cannot be: write up to 64 letters, digits and . _ @ -")


def _must(found: bool, what: str, name: str) -> None:
    if not found:
        raise UsageError(f"there is no {what} {name!r}; nothing was changed")


def record(services: Log, deed: Deed) -> None:
    """Write into the audit log what was done at this terminal."""
    services.store.people.record(Visitor(operator(), Role.ADMIN, How.COMMAND), deed, utc_now())


def operator() -> str:
    """Who sits at this terminal, as far as the machine knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number that has no name
        return "operator"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(user_app, name="user", rich_help_panel=PANEL)
    app.add_typer(token_app, name="token", rich_help_panel=PANEL)
    app.command(rich_help_panel=PANEL)(audit)
