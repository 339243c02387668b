"""What may be asked of a cluster: models that check requests, and of which the OpenAPI document is made."""

from __future__ import annotations

import reprlib
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.tenants import MOST_NAME, NAME
from gigawatt.live.transitions import JobSpec

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MOST_ARRAY = 10_000
"""Largest array of one submission."""
MOST_WORD_BYTES = 131_071
"""Longest word of a command: what Linux takes (MAX_ARG_STRLEN, 32 pages of 4 KiB, less the null byte)."""
MOST_SPEC_BYTES = 16 * 2**20
"""Largest submission once its array is written out: the journal keeps every job's own words."""
_MOST_PROBLEMS, _MOST_SEEN = 20, 200

TenantName = Annotated[str, Field(min_length=1, max_length=MOST_NAME, pattern=NAME)]
Path = Annotated[str, Field(max_length=4096, pattern=r"^[^\x00]*$")]
Word = Annotated[str, Field(max_length=MOST_WORD_BYTES, pattern=r"^[^\x00]*$")]
Quota = Annotated[float, Field(gt=0, le=1e9)]
Weight = Annotated[float, Field(gt=0, le=1e9)]


class Request(BaseModel):
    """A request's fields; what is not known is refused, and nothing is read as what it is not."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Nothing(Request):
    """A request that needs no body."""


class Submission(Request):
    """A job, or an array of equal ones."""

    tenant: TenantName | None = None
    """Who asks: letters, digits, '_', '-' and '.', no '.' first. A tenant's token needs no name, the owner's
    does."""
    gpus: int = Field(ge=1, le=1_000_000)
    """Size of its gang: one rank a GPU, all or none."""
    command: list[Word] = Field(min_length=1, max_length=10_000)
    """What each rank runs: words of up to 131,071 bytes, without null bytes."""
    cwd: Path = ""
    """Folder in which the ranks start, on the cluster's machine. Default: the tenant's own folder; a relative
    one lies in it."""
    priority: int = Field(default=100, ge=-(2**31), lt=2**31)
    """Smaller numbers first, under policies that look at it."""
    time_limit_s: float | None = Field(default=None, gt=0, le=1e9)
    """Time over all its runs after which it is stopped."""
    estimate_s: float | None = Field(default=None, gt=0, le=1e9)
    """What policies expect it to take. Default: the time limit, else 24 h."""
    checkpoint_dir: Path = ""
    """Given to the ranks. Default: a folder of the job's own. A relative one lies in the tenant's own."""
    after: list[int] = Field(default_factory=list, max_length=1000)
    """Jobs of the same tenant that must have finished before it may start."""
    restarts: int = Field(default=0, ge=0, le=1_000_000)
    """How often it may start again after one of its ranks failed."""
    array: int | None = Field(default=None, ge=1, le=MOST_ARRAY)
    """So many equal jobs, told apart by GIGAWATT_ARRAY_INDEX."""

    @field_validator("command")
    @classmethod
    def _short_enough(cls, words: list[str]) -> list[str]:
        longest = max(len(word.encode()) for word in words)
        if longest > MOST_WORD_BYTES:
            raise PydanticCustomError(
                "word_too_long",
                "a word of {seen} bytes; Linux takes up to {most}",
                {"seen": f"{longest:,}", "most": f"{MOST_WORD_BYTES:,}", "remedy": "put it into a file"},
            )
        return words

    @model_validator(mode="after")
    def _small_enough(self) -> Self:
        each = len(self.model_dump_json())
        if each * (self.array or 1) > MOST_SPEC_BYTES:
            raise PydanticCustomError(
                "array_too_large",
                "{array} jobs of {each} bytes; allowed: {most} bytes together",
                {
                    "array": f"{self.array or 1:,}",
                    "each": f"{each:,}",
                    "most": f"{MOST_SPEC_BYTES:,}",
                    "remedy": "put the command into a file",
                },
            )
        return self

    def specs(self, tenant: str, cwd: str, checkpoint_dir: str) -> list[JobSpec]:
        """One job, or those of the array, with what was found out about tenant and folders."""
        told = self.model_dump(exclude={"array", "estimate_s"})
        told |= {"tenant": tenant, "cwd": cwd, "checkpoint_dir": checkpoint_dir}
        told |= {"command": tuple(self.command), "after": tuple(self.after)}
        estimate_s = self.estimate_s or self.time_limit_s
        if estimate_s is not None:
            told["estimate_s"] = estimate_s
        if self.array is None:
            return [JobSpec(**told)]
        return [JobSpec(**told, array_index=index) for index in range(self.array)]


class Drain(Request):
    """Let a node take no more jobs, or take it back."""

    undo: bool = False
    """Take it back, from quarantine too."""


class NewTenant(Request):
    """A tenant."""

    name: TenantName
    """Letters, digits, '_', '-' and '.', no '.' first."""
    quota_gpus: Quota | None = None
    """GPUs that it may hold before it borrows. Default: no quota."""
    weight: Weight = 1.0
    """Share against the others. Default 1: all alike."""
    roots: list[Path] = Field(default_factory=list, max_length=100)
    """Folders beside its own in which its jobs may work and write checkpoints."""


def _as_before(schema: dict[str, Any]) -> None:
    """Tell no default for what stays as it was where it is not named."""
    schema.pop("default")


class TenantChange(Request):
    """What is to change of a tenant; what is not named stays."""

    quota_gpus: Quota | None = Field(default=None, json_schema_extra=_as_before)
    """GPUs that it may hold before it borrows; null: no quota."""
    weight: Weight = Field(default=1.0, json_schema_extra=_as_before)
    """Share against the others."""
    roots: list[Path] = Field(default_factory=list, max_length=100)
    """Folders beside its own in which its jobs may work and write checkpoints, instead of those before."""


class Query(BaseModel):
    """The part of an address behind the question mark."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class LogQuery(Query):
    """Which part of which log."""

    rank: int = Field(default=0, ge=0, le=1_000_000)
    """Whose."""
    run: int | None = Field(default=None, ge=1, le=10**12)
    """Of which run. Default: the latest that has logs."""
    offset: int = Field(default=0, ge=0, lt=2**63)
    """Begin at this byte."""
    most: int = Field(default=2**20, ge=1, le=2**20)
    """Bytes to be told at most."""


def _problem(model: type[BaseModel], one: ErrorDetails, file: str) -> Problem:
    """Say what is wrong with a field, what it holds, and what it is for."""
    where = ".".join(str(word)[:_MOST_SEEN] for word in one["loc"]) or "it"
    field = model.model_fields.get(str(one["loc"][0])) if one["loc"] else None
    seen = f"{where}: {one['msg'][:_MOST_SEEN]}"
    if one["type"] == "extra_forbidden":
        seen, remedy = f"there is no field {where}", f"there are {', '.join(model.model_fields)}"
    else:
        remedy = str(one.get("ctx", {}).get("remedy") or (field and field.description) or "mend it")
    if one["type"] not in {"missing", "extra_forbidden", "array_too_large"}:
        seen += f"; it is {reprlib.repr(one['input'])[:_MOST_SEEN]}"
    return Problem("GW810", seen, " ".join(remedy.split()), file=file)


def checked(model: type[Any], value: Any, file: str) -> Any:
    """Check a request against its model.

    Raises
    ------
    InputError
        GW810: every mistake, up to a number.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False)
    problems = [_problem(model, one, file) for one in found[:_MOST_PROBLEMS]]
    if len(found) > _MOST_PROBLEMS:
        seen = f"and {len(found) - _MOST_PROBLEMS:,} more"
        problems.append(Problem("GW810", seen, "mend those first", file=file))
    raise InputError(problems)
