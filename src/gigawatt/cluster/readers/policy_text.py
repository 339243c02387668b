"""A policy as one writes it: ``easy``, or with options behind a colon, ``easy:depth=100``."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from inspect import signature
from typing import Any

from gigawatt.cluster import policies
from gigawatt.cluster.policies import Policy
from gigawatt.kernel.errors import InputError, Problem


def read_policy(written: str, file: str = "") -> Policy:
    """Read a policy's name and options; several numbers of one option have a plus between them.

    Parameters
    ----------
    written
        ``NAME`` or ``NAME:option=number,...``.
    file
        Where it was written, for the message.

    Raises
    ------
    InputError
        GW610: there is no such policy or option, or the value is wrong.

    Examples
    --------
    >>> read_policy("easy:depth=100")
    Policy('easy', options=(100.0,))
    >>> read_policy("las:thresholds_gpu_s=57600+576000").options
    (1.0, 57600.0, 576000.0)
    """
    name, _, rest = written.partition(":")
    if name not in policies.NAMES:
        raise _refuse(f"there is no policy {name[:60]!r}", _nearest(name, policies.NAMES), file)
    if not rest:
        return policies.named(name)
    make: Callable[..., Policy] = getattr(policies, name.replace("-", "_"))
    try:
        return make(**_options(name, make, rest, file))
    except (ValueError, TypeError) as error:
        raise _refuse(f"the policy {name}: {error}", "change the option", file) from None


def _options(name: str, make: Callable[..., Policy], rest: str, file: str) -> dict[str, Any]:
    allowed = tuple(signature(make).parameters)
    options: dict[str, Any] = {}
    for part in rest.split(","):
        key, sign, value = part.partition("=")
        if not sign or key not in allowed:
            remedy = _nearest(key, allowed) if allowed else f"{name} has no options: leave them away"
            raise _refuse(f"{part[:60]!r} is no option of the policy {name}", remedy, file)
        try:
            numbers = tuple(float(word) for word in value.split("+"))
        except ValueError:
            remedy = f"write {key}=NUMBER" + (", or several with + between" if _is_several(make, key) else "")
            raise _refuse(f"{key} is {value[:60]!r}, no number", remedy, file) from None
        several = _is_several(make, key)
        if len(numbers) > 1 and not several:
            raise _refuse(f"{key} takes one number, not {value[:60]!r}", f"write {key}=NUMBER", file)
        options[key] = numbers if several else numbers[0]
    return options


def _is_several(make: Callable[..., Policy], key: str) -> bool:
    """Whether an option takes several numbers."""
    return "tuple" in str(signature(make).parameters[key].annotation)


def _nearest(word: str, allowed: tuple[str, ...]) -> str:
    close = get_close_matches(word, allowed, n=1)
    return f"write {close[0]!r}" if close else f"choose from {', '.join(allowed)}"


def _refuse(message: str, remedy: str, file: str) -> InputError:
    return InputError(Problem("GW610", message, remedy, file=file))
