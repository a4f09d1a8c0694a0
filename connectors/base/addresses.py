"""Which addresses belong to the public internet. Pure."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Final

Address = IPv4Address | IPv6Address

_NAT64: Final = IPv6Network("64:ff9b::/96")
_LOCAL_NAT64: Final = IPv6Network("64:ff9b:1::/48")
_IPV4_COMPATIBLE: Final = IPv6Network("::/96")


def is_public(address: Address) -> bool:
    """Whether the address, and every IPv4 address embedded in it, belongs to the public internet."""
    if isinstance(address, IPv6Address) and address in _NAT64:
        return is_public(_low_ipv4(address))  # how IPv6-only networks reach the IPv4 internet
    embedded = _embedded(address) if isinstance(address, IPv6Address) else ()
    return all(item.is_global and not item.is_multicast and not item.is_reserved for item in (address, *embedded))


def _embedded(address: IPv6Address) -> tuple[Address, ...]:
    """IPv4 addresses that gateways would unwrap: mapped, compatible, NAT64, 6to4, Teredo."""
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _LOCAL_NAT64 or address in _IPV4_COMPATIBLE:
        found.append(_low_ipv4(address))
    return tuple(item for item in found if item is not None)


def _low_ipv4(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)
