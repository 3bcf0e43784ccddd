"""Resolve a host once and check the addresses, so that a name cannot lead into this network.

The connection is made to the address that was checked: a name that resolves to something else a
moment later (DNS rebinding) gains nothing.
"""

import asyncio
import ipaddress
import socket

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressError(Exception):
    """A host has no address that may be called."""


async def resolve(host: str, port: int, *, allow_private: bool) -> str:
    """Return an address of a host.

    Raises
    ------
    AddressError
        It has none, or one that is not of the internet unless `allow_private`.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressError("The host cannot be resolved.") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise AddressError("The host cannot be resolved.")
    if not allow_private and not all(is_public(address) for address in addresses):
        raise AddressError("The host has a private address, which the settings do not allow.")
    return addresses[0]


def is_public(text: str) -> bool:
    """Return whether an address is one of the internet, also inside an IPv6 address."""
    address = _unwrap(ipaddress.ip_address(text.partition("%")[0]))
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _unwrap(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, if any."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
