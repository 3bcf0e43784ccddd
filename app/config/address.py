"""Check that the service can listen where it should."""

import errno
import os
import socket


class ListenError(Exception):
    """The service cannot listen on its address; the message says why and what to do."""


def check_address(host: str, port: int) -> None:
    """Try to listen, so that a port that is in use is noticed before anything is started.

    Raises
    ------
    ListenError
        The service would not be able to listen there.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise ListenError(f"There is no address {host}. Choose another with --host.") from None
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                raise ListenError(_why_not(error, host, port)) from None


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is in use, perhaps by another `genre serve`. Stop that, or "
            "choose another port with --port."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"This machine does not have the address {host}. Choose another with --host."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"No permission to listen on port {port}. Choose one from 1024 on with --port."
    return f"Cannot listen on {host}, port {port}: {os.strerror(error.errno or 0)}."
