"""A second door of a cluster, beside that on the loopback: only where it is asked for, and over TLS."""

from __future__ import annotations

import ssl
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.outside.door import is_loopback
from gigawatt.live.settings import Settings

if TYPE_CHECKING:
    from gigawatt.live.http.serving import Server


def read_address(written: str) -> tuple[str, int]:
    """Read ``ADDRESS:PORT``; an IPv6 address stands in square brackets.

    Raises
    ------
    InputError
        GW837: it is none. Names are none, but ``localhost``: which address is bound must be plain to see.

    Examples
    --------
    >>> read_address("0.0.0.0:8470"), read_address("[::1]:0"), read_address("localhost:80")
    (('0.0.0.0', 8470), ('::1', 0), ('127.0.0.1', 80))
    """
    import ipaddress

    host, _, port = written.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    host = "127.0.0.1" if host == "localhost" else host
    try:
        ipaddress.ip_address(host)
        number = int(port) if port.isascii() and port.isdecimal() and len(port) <= 5 else -1
    except ValueError:
        number = -1
    if not 0 <= number < 65_536:
        seen = f"{written[:100]!r} is no address to listen at"
        remedy = "write an address and a port, like 0.0.0.0:8470 or [::]:8470"
        raise InputError(Problem("GW837", seen, remedy, file="--listen"))
    return host, number


class Certificate:
    """A certificate and its key; renewed ones are taken up without a new start, which would pause gangs."""

    def __init__(self, cert: str, key: str) -> None:
        self._files = (cert, key)
        self._seen = self._stamps()
        self._context = self._read()

    def context(self) -> ssl.SSLContext:
        """Return what a new connection is secured by; the files before, where the new ones cannot be used."""
        stamps = self._stamps()
        if stamps != self._seen:
            self._seen = stamps
            try:
                self._context = self._read()
            except InputError as error:
                # One of two files may be there and the other not yet: it is looked at again when it changes.
                sys.stderr.write(f"{error}\n")
                sys.stderr.flush()
        return self._context

    def _stamps(self) -> tuple[tuple[int, int], ...]:
        """What changes with the files."""
        found = []
        for file in self._files:
            with suppress(OSError):
                told = Path(file).stat()
                found.append((told.st_mtime_ns, told.st_ino))
        return tuple(found)

    def _read(self) -> ssl.SSLContext:
        cert, key = self._files
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            # A key that is locked would be asked for on a terminal that a controller has not.
            context.load_cert_chain(cert, key, password=lambda: "")
        except (OSError, ValueError) as error:
            seen = f"certificate and key cannot be used ({cert}, {key}): {error}"
            remedy = "give PEM files that belong together, the key without a password"
            raise InputError(Problem("GW839", seen, remedy, file="--tls-cert")) from None
        return context


def check_listening(settings: Settings) -> tuple[tuple[str, int], Certificate | None] | None:
    """Return where to listen and how, or None where only the loopback's own door is wanted.

    Raises
    ------
    InputError
        GW837: no address; GW838: other machines, and no TLS; GW839: certificate or key cannot be used.
    """
    cert, key = settings.tls_cert, settings.tls_key
    if bool(cert) != bool(key):
        seen = "a certificate and its key go together, and one of them is not given"
        raise InputError(Problem("GW839", seen, "give --tls-cert and --tls-key", file="--tls-cert"))
    if not settings.listen:
        if cert:
            seen = "there is a certificate, but no address to listen at"
            raise InputError(Problem("GW839", seen, "give --listen ADDRESS:PORT", file="--tls-cert"))
        return None
    address = read_address(settings.listen)
    if not cert:
        if not is_loopback(address[0]):
            seen = f"{settings.listen} takes requests from other machines: tokens would be read on the way"
            remedy = "give --tls-cert and --tls-key (docs/how-to/run-a-cluster.md makes them)"
            raise InputError(Problem("GW838", seen, remedy, file="--listen"))
        return address, None
    return address, Certificate(cert, key)


def far_door(settings: Settings) -> Server | None:
    """Bind the second door; None where none is wanted.

    Raises
    ------
    InputError
        GW837: the address cannot be had; and what :func:`check_listening` refuses.
    """
    from gigawatt.live.http.serving import MOST_CONNECTIONS, MOST_OF_ONE, Server

    told = check_listening(settings)
    if told is None:
        return None
    address, certificate = told
    tls = None if certificate is None else certificate.context
    try:
        return Server(address, tls, MOST_CONNECTIONS if is_loopback(address[0]) else MOST_OF_ONE)
    except OSError as error:
        seen = f"{settings.listen} cannot be had: {error.strerror or error}"
        raise InputError(Problem("GW837", seen, "choose another address or port", file="--listen")) from None
