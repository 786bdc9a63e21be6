"""People: users, their sessions, tokens for programs, and the audit log of what all of them did."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, delete, func, select, update
from sqlalchemy.engine import Connection

from worker.credentials import digest, is_password, new_secret, new_token, password_hash
from worker.database import reading
from worker.database.rows import insert_new
from worker.model.people import Deed, How, Role, Session, Visitor
from worker.tables import audit, sessions, tokens, users

SESSION_FOR = timedelta(days=30)  # from its last renewal
RENEW_AFTER = timedelta(days=1)  # a stolen cookie is then known to two, and ends with the first of them
SEEN_EVERY = timedelta(minutes=5)  # a request need not be a write
LOGIN_WINDOW = timedelta(minutes=15)
FAILED_LOGIN = "login.failed"
MOST_FAILED_OF_PAIR = 5  # of one user from one address within the window
MOST_FAILED_OF_ADDRESS = 20
MOST_FAILED_OF_USER = 100  # from anywhere: many addresses guess slowly, and cannot easily lock anybody out


class PeopleStore:
    """Writes of users, sessions, tokens and the audit log; the reads that access is decided by."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def any_users(self) -> bool:
        """Whether there is a user at all."""
        with reading(self._engine) as connection:
            return connection.scalar(select(users.c.id).limit(1)) is not None

    def any_tokens(self, now: datetime) -> bool:
        """Whether there is a token that is valid."""
        with reading(self._engine) as connection:
            return connection.scalar(select(tokens.c.id).where(*_valid(now)).limit(1)) is not None

    def add_user(self, name: str, password: str, role: Role, now: datetime) -> bool:
        """Add a user; False where there is one of this name.

        Raises:
            ValueError: the password is too short or too long.
        """
        row = {"name": name, "password_hash": password_hash(password), "role": str(role), "created_at": now}
        with self._engine.begin() as connection:
            return connection.execute(insert_new(connection, users).returning(users.c.id), row).first() is not None

    def set_password(self, name: str, password: str) -> bool:
        """Give a user another password and end their sessions; False where there is none of this name.

        Raises:
            ValueError: the password is too short or too long.
        """
        return self._change(name, password_hash=password_hash(password))

    def set_role(self, name: str, role: Role) -> bool:
        """Give a user another role and end their sessions; False where there is none of this name."""
        return self._change(name, role=str(role))

    def _change(self, name: str, **values: str) -> bool:
        with self._engine.begin() as connection:
            found = connection.execute(
                update(users).where(users.c.name == name).values(values).returning(users.c.id)
            ).scalar_one_or_none()
            connection.execute(delete(sessions).where(sessions.c.user_id == found))
        return found is not None

    def remove_user(self, name: str) -> bool:
        """Remove a user and end their sessions; False where there is none of this name."""
        with self._engine.begin() as connection:
            found = connection.scalar(select(users.c.id).where(users.c.name == name))
            connection.execute(delete(sessions).where(sessions.c.user_id == found))
            connection.execute(delete(users).where(users.c.id == found))
        return found is not None

    def role_of(self, name: str, password: str) -> Role | None:
        """The role of the user of this name and password; None where there is none. Takes a tenth of a second."""
        with reading(self._engine) as connection:
            row = connection.execute(
                select(users.c.password_hash, users.c.role).where(users.c.name == name)
            ).one_or_none()
        right = is_password(password, row.password_hash if row else None)
        return Role(row.role) if row and right else None

    def may_try(self, name: str, address: str, now: datetime) -> bool:
        """Whether a password may be tried, or too many failed of late."""
        with reading(self._engine) as connection:
            recent = (audit.c.action == FAILED_LOGIN) & (audit.c.at > now - LOGIN_WINDOW)
            by_name, by_address = audit.c.subject == name, audit.c.address == address
            limits = (
                (by_name & by_address, MOST_FAILED_OF_PAIR),
                (by_address, MOST_FAILED_OF_ADDRESS),
                (by_name, MOST_FAILED_OF_USER),
            )
            return all(
                (connection.scalar(select(func.count()).select_from(audit).where(recent, which)) or 0) < most
                for which, most in limits
            )

    def open_session(self, name: str, now: datetime) -> str:
        """Begin a session of that user, who must be known by a password; the secret for the cookie."""
        secret = new_secret()
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            user = connection.execute(
                update(users).where(users.c.name == name).values(last_login_at=now).returning(users.c.id)
            ).scalar_one()
            row = {
                "sha256": digest(secret),
                "user_id": user,
                "created_at": now,
                "renewed_at": now,
                "seen_at": now,
                "expires_at": now + SESSION_FOR,
            }
            connection.execute(sessions.insert(), row)
        return secret

    def session(self, secret: str, now: datetime) -> Session | None:
        """The session of a cookie; None where it has ended or never was."""
        known = (
            select(sessions, users.c.name, users.c.role)
            .join_from(sessions, users)
            .where(sessions.c.sha256 == digest(secret), sessions.c.expires_at > now)
        )
        with reading(self._engine) as connection:
            row = connection.execute(known).one_or_none()
        if row is None:
            return None
        if now - row.seen_at > SEEN_EVERY:
            with self._engine.begin() as connection:
                connection.execute(update(sessions).where(sessions.c.id == row.id).values(seen_at=now))
        return Session(
            Visitor(row.name, Role(row.role), How.SESSION), row.expires_at, now - row.renewed_at > RENEW_AFTER
        )

    def renew_session(self, secret: str, now: datetime) -> str | None:
        """Replace a session's secret; the new one, None where another request was faster."""
        renewed = new_secret()
        values = {"sha256": digest(renewed), "renewed_at": now, "seen_at": now, "expires_at": now + SESSION_FOR}
        with self._engine.begin() as connection:
            changed = connection.execute(
                update(sessions).where(sessions.c.sha256 == digest(secret)).values(values)
            ).rowcount
        return renewed if changed else None

    def close_session(self, secret: str) -> None:
        """End a session."""
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.sha256 == digest(secret)))

    def add_token(self, name: str, role: Role, now: datetime, expires_at: datetime | None = None) -> str | None:
        """Make a token: shown this once. None where there is one of this name already, be it revoked."""
        token = new_token()
        row = {
            "name": name,
            "sha256": digest(token),
            "role": str(role),
            "created_at": now,
            "expires_at": expires_at,
        }
        with self._engine.begin() as connection:
            added = connection.execute(insert_new(connection, tokens).returning(tokens.c.id), row).first()
        return token if added else None

    def revoke_token(self, name: str, now: datetime) -> bool:
        """Make a token invalid; False where none of this name is valid."""
        with self._engine.begin() as connection:
            of_name = update(tokens).where(tokens.c.name == name, tokens.c.revoked_at.is_(None))
            return connection.execute(of_name.values(revoked_at=now)).rowcount == 1

    def of_token(self, token: str, now: datetime) -> Visitor | None:
        """Whose token that is; None where it is not valid."""
        with reading(self._engine) as connection:
            known = select(tokens).where(tokens.c.sha256 == digest(token), *_valid(now))
            row = connection.execute(known).one_or_none()
        if row is None:
            return None
        if row.used_at is None or now - row.used_at > SEEN_EVERY:
            with self._engine.begin() as connection:
                connection.execute(update(tokens).where(tokens.c.id == row.id).values(used_at=now))
        return Visitor(row.name, Role(row.role), How.TOKEN)

    def record(self, visitor: Visitor, deed: Deed, now: datetime) -> None:
        """Write a line of the audit log."""
        with self._engine.begin() as connection:
            write_deed(connection, visitor, deed, now)


def write_deed(connection: Connection, visitor: Visitor, deed: Deed, now: datetime) -> None:
    """A line of the audit log, within a transaction."""
    row = {
        "at": now,
        "who": visitor.name,
        "how": str(visitor.how),
        "address": visitor.address,
        "action": deed.action,
        "subject": deed.subject,
        "detail": deed.detail,
    }
    connection.execute(audit.insert(), row)


def _valid(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        tokens.c.revoked_at.is_(None),
        tokens.c.expires_at.is_(None) | (tokens.c.expires_at > now),
    )
