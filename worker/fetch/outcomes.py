"""An HTTP status in, the name of what it means for a poll out. Pure."""

from __future__ import annotations

from worker.model.polling import Outcome

_NAMED = {
    401: Outcome.REFUSED,
    403: Outcome.REFUSED,
    404: Outcome.NOT_FOUND,
    410: Outcome.GONE,
    429: Outcome.RATE_LIMITED,
    451: Outcome.REFUSED,
}
# 406 is mod_security's way to say 403.
USER_AGENT_REFUSALS = frozenset({403, 406})


def outcome_of(status: int) -> Outcome:
    """The outcome of a response that brought no body to read: neither a whole 200 nor an asked-for 304."""
    if status in _NAMED:
        return _NAMED[status]
    if 300 <= status < 400 and status != 304:  # 304 to an unconditional request is none of these
        return Outcome.BAD_REDIRECT
    if 400 <= status < 500:
        return Outcome.CLIENT_ERROR
    if 500 <= status < 600:
        return Outcome.SERVER_ERROR
    return Outcome.BAD_RESPONSE  # no content, a part nobody asked for, a status that does not exist
