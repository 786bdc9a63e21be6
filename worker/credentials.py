"""Passwords and tokens: made, kept as digests, compared.

Passwords become argon2id hashes with the parameters of RFC 9106's second recommendation. Tokens are 256 random bits, so
a plain SHA-256 keeps them. Never stores anything.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

TOKEN_PREFIX = "tw_"  # noqa: S105  so that scanners for leaked secrets know one when they see it
SHORTEST_PASSWORD = 10  # characters
LONGEST_PASSWORD = 1024
# Each computation takes 64 MiB: more at once would let a guesser fill the memory.
_AT_ONCE = threading.BoundedSemaphore(2)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def password_hash(password: str) -> str:
    """`password` as it is kept.

    Raises:
        ValueError: it is too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ValueError(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    with _AT_ONCE:
        return _hasher().hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Whether `password` is the one that is kept; takes as long where none is, so that names cannot be probed."""
    if len(password) > LONGEST_PASSWORD:
        return False
    with _AT_ONCE:
        try:
            return _hasher().verify(kept or _nobodys_hash(), password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(32))


def new_token() -> str:
    """A token for a program."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def new_secret() -> str:
    """A secret for a cookie."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """A token or a cookie's secret as it is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def form_key(secret: str) -> str:
    """What forms carry that were made for the owner of a cookie: derived from it, so nothing need be kept."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
