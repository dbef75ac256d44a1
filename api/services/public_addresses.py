"""Decides which network addresses a landing page may have: public ones, and none that leads elsewhere by another name.

Python's ``ipaddress`` knows the registries of special addresses. An IPv6 address that carries an IPv4 one (mapped,
6to4, Teredo, NAT64) is refused as a whole: whoever translates it may well lead it into a network of our own.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

REFUSED = tuple(
    ip_network(net)
    for net in (
        "168.63.129.16/32",  # Azure's own services within every machine there
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "100::/64",  # discarded
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "::/96",  # IPv4-compatible, of old
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64 of a network of one's own
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
    )
)


def is_public(text: str) -> bool:
    """Whether an address, as a resolver gives it, may be connected to; whatever is no address may not."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    return address.is_global and not _special(address) and not any(address in net for net in REFUSED)


def _special(address: IPv4Address | IPv6Address) -> bool:
    """What the registries call global and yet belongs to no single public host."""
    old_site = isinstance(address, IPv6Address) and address.is_site_local
    return (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or old_site
    )
