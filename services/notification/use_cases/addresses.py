"""Which addresses webhooks may be sent to: those of the public internet (ADR 0059)."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether the address, and any that it embeds, is of the public internet: none that is private or reserved."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in (ip, *_embedded(ip)))


def _embedded(ip: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    """IPv4 addresses that an IPv6 one leads to through a gateway."""
    if isinstance(ip, IPv4Address):
        return ()
    found = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        found.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return tuple(one for one in found if one is not None)
