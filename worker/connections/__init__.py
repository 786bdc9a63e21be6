"""The layer under `fetch` and `channels`: HTTP exchanges within hard limits of time, size and address.

Comes in: a method, an address, headers, perhaps a body. Goes out: the head of the answer and its body piece by piece,
or a `FetchError` with a named outcome. Never connects to an address that was not checked, whatever name led there.
"""

from worker.connections.addresses import AllowList
from worker.connections.connections import Answer, Connections, absolute_url
from worker.connections.exchange import Exchange, Resolver
from worker.connections.retry_after import retry_after_s

__all__ = ["AllowList", "Answer", "Connections", "Exchange", "Resolver", "absolute_url", "retry_after_s"]
