"""An IP address in, whether Trucewire may connect to it out.

Pure: resolves nothing, connects to nothing. The check is on numbers, so every spelling of an address (decimal, octal,
hex, mapped, a name that resolves to it) meets the same answer. Python's own `is_global` is not used: what it says has
changed between patch releases (https://github.com/python/cpython/issues/113171), and it calls 6to4 and NAT64 public.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# https://www.iana.org/assignments/iana-ipv4-special-registry, and one public address that is none of the public's.
_SPECIAL_IPV4 = {
    IPv4Network(network): reason
    for network, reason in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),  # Azure's WireServer
        ("169.254.0.0/16", "link-local"),  # cloud metadata lives here, too
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "reserved"),
        ("192.52.193.0/24", "reserved"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "reserved"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
}

# https://www.iana.org/assignments/iana-ipv6-special-registry; what lies outside 2000::/3 is refused whole.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_SPECIAL_IPV6 = {
    IPv6Network(network): reason
    for network, reason in (
        ("2001::/23", "protocol assignments"),  # Teredo and ORCHID among them
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "reserved"),
        ("3fff::/20", "documentation"),
    )
}
# RFC 6052: how a network without IPv4 reaches the IPv4 web, so the address inside is what counts.
_NAT64 = IPv6Network("64:ff9b::/96")


def refusal(address: Address) -> str | None:
    """Why `address` is never connected to, in two or three words; None where it is public."""
    if isinstance(address, IPv4Address):
        return next((reason for network, reason in _SPECIAL_IPV4.items() if address in network), None)
    if address in _NAT64:
        inside = refusal(IPv4Address(int(address) & 0xFFFFFFFF))
        return inside and f"NAT64, {inside}"
    if address not in _GLOBAL_UNICAST:
        return "not global unicast"
    return next((reason for network, reason in _SPECIAL_IPV6.items() if address in network), None)


@dataclass(frozen=True, slots=True)
class AllowList:
    """What an operator has opened: hosts by name, and networks."""

    hosts: frozenset[str] = frozenset()  # in lower case, without a trailing dot
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, items: Iterable[str]) -> AllowList:
        """Read `items`: host names (`feeds.internal`), addresses (`127.0.0.1`) and networks (`10.1.0.0/16`)."""
        hosts: set[str] = set()
        networks: list[Network] = []
        for item in items:
            try:
                networks.append(ip_network(item.strip("[]"), strict=False))
            except ValueError:
                hosts.add(host_key(item))
        return cls(frozenset(hosts), tuple(networks))

    def opens(self, host: str, address: Address) -> bool:
        """Whether `address`, to which `host` resolved, may be connected to although it is not public."""
        return host_key(host) in self.hosts or any(address in network for network in self.networks)

    def names(self, host: str) -> bool:
        """Whether `host` itself, as a name or a number, was opened: it is the operator's own."""
        address = numeric_address(host.strip("[]"))
        opened = address is not None and any(address in network for network in self.networks)
        return opened or host_key(host) in self.hosts


def host_key(host: str) -> str:
    """A host name as it is compared: `Example.ORG.` is `example.org`."""
    return host.lower().rstrip(".")


def numeric_address(text: str) -> Address | None:
    """`text` as an address where it is one in standard notation, without a scope id (`fe80::1%eth0`)."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None
