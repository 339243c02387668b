"""The client's side of a cluster's door: by a state folder of this machine, or by an address and a token."""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from gigawatt.kernel.errors import GigawattError, InputError, Problem
from gigawatt.live.nodes.lock import held
from gigawatt.live.tenants import hash_of, look_key

MOST_BODY_BYTES = 2**20
"""Longest request that is sent or read."""
_PATIENCE_S = 90.0


@dataclass(frozen=True, slots=True)
class LogPart:
    """Bytes of a log, and where they stand in it."""

    data: bytes
    run: int
    next_offset: int
    size: int
    """Of the log when it was read."""
    ended: bool
    """Whether nothing more will be written to it."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a cluster listens, and a token for it."""

    host: str
    port: int
    token: str = field(repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    folder: Path | None = None
    """The state folder that it was found by; None: by its address."""

    @property
    def place(self) -> str:
        """Where the cluster is, for messages."""
        return self.url if self.folder is None else str(self.folder)

    @property
    def url(self) -> str:
        """The cluster's address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    @property
    def page(self) -> str:
        """The page's address with its key, with which one may only look; what is behind # is never sent."""
        return f"{self.url}/#key={look_key(hash_of(self.token))}"

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a request and return the answer.

        Raises
        ------
        InputError
            GW803, GW842: no cluster answers there; and what the controller refuses.
        GigawattError
            The controller could not do it.
        """
        data, _ = self._exchange(method, path, body)
        try:
            answer = json.loads(data)
        except ValueError:
            raise self._nobody("it answers no JSON") from None
        return dict(answer)

    def log(self, job: int, rank: int, run: int | None = None, offset: int = 0, most: int = 2**20) -> LogPart:
        """Read a part of a rank's log, of the latest run where none is named."""
        query = {"rank": rank, "offset": offset, "most": most} | ({} if run is None else {"run": run})
        data, told = self._exchange("GET", f"/v1/jobs/{job}/log?{urlencode(query)}", None)
        try:
            return LogPart(
                data,
                int(told["Gigawatt-Run"]),
                int(told["Gigawatt-Next-Offset"]),
                int(told["Gigawatt-Size"]),
                told["Gigawatt-Ended"] == "true",
            )
        except (KeyError, ValueError):
            raise self._nobody("it answers no log") from None

    def _exchange(
        self, method: str, path: str, body: dict[str, Any] | None
    ) -> tuple[bytes, http.client.HTTPMessage]:
        text = json.dumps(body or {}).encode()
        if len(text) > MOST_BODY_BYTES:
            seen = f"the request has {len(text):,} bytes; allowed: up to {MOST_BODY_BYTES:,}"
            raise InputError(Problem("GW810", seen, "put long commands into a file", file="request"))
        if self.tls is None:
            link = http.client.HTTPConnection(self.host, self.port, timeout=_PATIENCE_S)
        else:
            link = http.client.HTTPSConnection(self.host, self.port, timeout=_PATIENCE_S, context=self.tls)
        try:
            link.request(method, path, text, {"Authorization": f"Bearer {self.token}"})
            response = link.getresponse()
            data = response.read()
        except ssl.SSLCertVerificationError as error:
            seen = f"the certificate of {self.place} is not trusted: {error.verify_message}"
            remedy = (
                "give the certificate to trust as --ca or GIGAWATT_CA, and the name that it bears as address"
            )
            raise InputError(Problem("GW842", seen, remedy, file="--url")) from None
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            raise self._nobody(str(error) or type(error).__name__) from None
        finally:
            link.close()
        if response.status != 200:
            raise _refused(data, response.status)
        return data, response.headers

    def _nobody(self, why: str) -> InputError:
        if self.folder is not None:
            return no_cluster(self.folder)
        seen = f"no cluster answers at {self.place}: {why[:200]}"
        return InputError(
            Problem("GW842", seen, "check the address, and that the cluster is up", file="--url")
        )


def _refused(data: bytes, status: int) -> GigawattError:
    """What a controller refuses, as it was told."""
    try:
        problems = [Problem(**problem) for problem in json.loads(data)["problems"]]
        return InputError(problems)
    except (ValueError, KeyError, TypeError):
        return GigawattError(f"the controller answered {status}")


def no_cluster(folder: Path) -> InputError:
    """Build the error for a folder on which no cluster answers, and say what is left of it."""
    seen, remedy = f"no cluster runs here ({folder})", "gigawatt up, or give its --state-dir"
    if held(folder / "controller.lock"):
        seen = f"the controller of this cluster begins, or hangs: it does not answer ({folder})"
        remedy = "wait; or end it with kill -9, and let gigawatt up take its gangs over"
    elif any(held(lock) for lock in (folder / "nodes").glob("*.lock")):
        seen = f"the controller of this cluster has died, and its agents wait for another ({folder})"
        remedy = "gigawatt up takes their gangs over; gigawatt down then ends them"
    return InputError(Problem("GW803", seen, remedy, file="--state-dir"))


def of_folder(folder: Path) -> Door:
    """Find a cluster by its state folder, which only its owner can read.

    Raises
    ------
    InputError
        GW803: no cluster runs there.
    """
    try:
        told = json.loads((folder / "api.json").read_text(encoding="utf-8"))
        return Door("127.0.0.1", int(told["port"]), str(told["token"]), folder=folder)
    except (OSError, ValueError, KeyError, TypeError):
        raise no_cluster(folder) from None


def of_url(url: str, token: str, ca: Path | None = None) -> Door:
    """Find a cluster by its address.

    Parameters
    ----------
    url
        ``https://HOST:PORT``; ``http://`` only on this machine's loopback, for a token must not be read on
        the way.
    token
        Who asks.
    ca
        File of certificates to trust instead of the machine's; a self-signed one is its own.

    Raises
    ------
    InputError
        GW843: an address or a token that cannot be; GW839: ``ca`` cannot be read.

    Examples
    --------
    >>> of_url("http://127.0.0.1:8470", "t").place
    'http://127.0.0.1:8470'
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _wrong_url(f"{url[:200]!r} is no address: {error}") from None
    sound = host.isprintable() and " " not in host
    if parts.scheme not in {"http", "https"} or not host or not sound or parts.path.strip("/") or parts.query:
        raise _wrong_url(f"{url[:200]!r} is no address of a cluster")
    if parts.username or parts.password:
        raise _wrong_url("the address names a user")
    if not token or not token.isascii() or not token.isprintable():
        seen = "there is no token" if not token else "the token holds what no token can"
        remedy = "set GIGAWATT_TOKEN, or give --token-file"
        raise InputError(Problem("GW843", seen, remedy, file="GIGAWATT_TOKEN"))
    if parts.scheme == "http":
        if not is_loopback(host):
            raise _wrong_url(f"{url[:200]!r} would send the token in the clear")
        return Door(host, port or 80, token)
    return Door(host, port or 443, token, _trust(ca))


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("a.example")
    (True, True, False, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _trust(ca: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    except (OSError, ValueError) as error:
        seen = f"no certificates can be read from {ca}: {error}"
        raise InputError(Problem("GW839", seen, "give a file in the PEM format", file="--ca")) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _wrong_url(seen: str) -> InputError:
    return InputError(Problem("GW843", seen, "write it like https://cluster.example:8470", file="--url"))


def find(state_dir: Path | None, url: str | None, ca: Path | None, token_file: Path | None) -> Door | None:
    """Find the cluster that options and environment name by its address; None: it is found by its folder.

    Raises
    ------
    InputError
        GW843: both ways are named, or no token can be read; and what :func:`of_url` refuses.
    """
    if state_dir is not None and url is not None:
        seen = "--state-dir and --url name two clusters"
        raise InputError(Problem("GW843", seen, "leave one of them away", file="--url"))
    told = url or (os.environ.get("GIGAWATT_URL") if state_dir is None else None)
    if not told:
        return None
    trusted = os.environ.get("GIGAWATT_CA")
    if ca is None and trusted:
        ca = Path(trusted)
    token = os.environ.get("GIGAWATT_TOKEN", "")
    if token_file is not None:
        try:
            token = token_file.read_text(encoding="utf-8")[:10_000]
        except (OSError, UnicodeError) as error:
            seen = f"no token can be read from {token_file}: {error}"
            raise InputError(Problem("GW843", seen, "give another file", file="--token-file")) from None
    return of_url(told, token.strip(), ca)
