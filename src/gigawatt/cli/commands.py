"""The commands by name, as help lists them; each is imported when it is called or listed."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from functools import cache
from importlib import import_module
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

NAMES = (
    "run", "compare", "sweep", "finance", "replay", "coherent", "allocate", "audit", "check", "new", "schema",
    "catalog", "doctor", "validate", "import",
    "up", "submit", "status", "top", "logs", "cancel", "drain", "down", "tenant", "twin", "what-if", "export",
    "drill",
)  # fmt: skip


class Commands(MutableMapping[str, Any]):
    """All commands; one is made when it is looked up, for to make all takes longer than many a command."""

    def __getitem__(self, name: str) -> Any:
        if name not in NAMES:
            raise KeyError(name)
        return _made(name)

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)

    def __setitem__(self, name: str, _command: object) -> NoReturn:
        raise TypeError(f"{name} is to stand in gigawatt.cli.commands.NAMES")

    def __delitem__(self, name: str) -> NoReturn:
        raise TypeError(f"{name} cannot be taken away")


class Group(TyperGroup):
    """The command line as a whole."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = Commands()


@cache
def _made(name: str) -> Any:
    word = name.replace("-", "_")
    module = import_module(f"gigawatt.cli.{word}_" if name == "import" else f"gigawatt.cli.{word}")
    found = getattr(module, "import_" if name == "import" else word)
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    # What stands behind the command to run belongs to it, though it looks like an option.
    alone.command(name=name, context_settings={"allow_interspersed_args": name != "submit"})(found)
    return typer.main.get_command(alone)
