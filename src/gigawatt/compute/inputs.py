"""What a person may write about the work that computers do: training, serving, jobs, leases, other."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.kernel.inputs import (
    Count,
    Day,
    Fraction,
    InputModel,
    Name,
    NonNegative,
    Number,
    Positive,
    PositiveCount,
    refuse_end_before_start,
)

Precision = Literal["bf16", "fp8"]
"""Number format of the matrix multiplications in training."""


class ModelShape(InputModel):
    """A model by its size; attention is counted where layers, width and context are all given."""

    total_parameters: Positive
    """Parameters held in memory, e.g. 671 B."""
    active_parameters: Positive | None = None
    """Parameters used for one token. Default: all of them (a dense model)."""
    layers: PositiveCount | None = None
    """Transformer layers. Default: attention is left out of the FLOPs (6 a parameter a token)."""
    width: PositiveCount | None = None
    """Heads times the size of a head (usually the model's width)."""
    context_tokens: Positive | None = None
    """Sequence length in training."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.active_parameters is not None and self.active_parameters > self.total_parameters:
            raise PydanticCustomError(
                "active_above_total",
                "{active} active parameters are more than the model's {total}",
                {
                    "active": f"{self.active_parameters:.4g}",
                    "total": f"{self.total_parameters:.4g}",
                    "remedy": "lower active, or raise total",
                },
            )
        given = [value is not None for value in (self.layers, self.width, self.context_tokens)]
        if any(given) and not all(given):
            raise PydanticCustomError(
                "attention_incomplete",
                "only {count} of layers, width and context are given",
                {"count": str(sum(given)), "remedy": "give all three, or none to leave attention out"},
            )
        return self


class _Work(InputModel):
    """What every workload has."""

    name: Name
    """Name in results, unique in the scenario."""
    site: Name
    """The site whose GPUs it uses."""
    tenant: Name | None = None
    """Who it belongs to. Default: the campus's owner."""
    priority: Count = 100
    """Who is served first: the smaller number. Equal numbers: the order in the file.
    Default 100: room on both sides."""
    from_: Day = Field(alias="from")
    """First day."""
    until: Day | None = None
    """First day on which it is over. Default: it runs to the end of the clock."""
    chips: tuple[Name, ...] | None = Field(default=None, min_length=1)
    """Chips it may use, as the catalogue names them. Default: any, the newest first."""

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        refuse_end_before_start(f"workload {self.name!r}", self.from_, self.until)
        return self


def _refuse_unless_one(gpus: int | None, share_frac: float | None) -> None:
    if (gpus is None) == (share_frac is None):
        raise PydanticCustomError(
            "gpus_or_share",
            "{seen} of gpus and share is given",
            {
                "seen": "neither" if gpus is None else "both",
                "remedy": "give one: gpus (a number) or share (0 to 1)",
            },
        )


class Recovery(InputModel):
    """How often a training run is interrupted and what an interruption costs."""

    gpu_mtbf_h: Positive = 50_700.0
    """Mean time between unexpected interruptions, per GPU. Default 50,700 h: Llama 3, 419 interruptions
    in 54 days on 16,384 H100 (arXiv 2407.21783, table 5); A100 clusters lie between 29,500 and 82,000 h
    (arXiv 2410.21680)."""
    restart_h: NonNegative = 10 / 60
    """From the interruption to the first new step, lost work apart. Default 10 min: assumed, within
    5 to 25 min (MegaScale detects and diagnoses in under 10 min and catches up in under 15,
    arXiv 2402.15627)."""
    checkpoint_write_h: NonNegative = 10 / 3600
    """How long training stands still for a checkpoint. Default 10 s: assumed, within 1 to 60 s (Llama 3's
    store takes up to 7 TB/s and 4 GB a GPU at most, which is 9 s for 16,384 GPUs, arXiv 2407.21783)."""
    checkpoint_interval_h: Positive | None = None
    """Useful work between two checkpoints. Default: the interval that loses least (Daly 2006)."""


class Training(_Work):
    """A training run: it takes whole groups of GPUs until its tokens are reached."""

    kind: Literal["training"]
    """Always 'training'."""
    model: Name | ModelShape
    """A model of the catalogue, or its size."""
    target_tokens: Positive
    """Tokens after which the run is done."""
    precision: Precision = "bf16"
    """Number format. Default bf16: what the published large runs used, DeepSeek-V3's fp8 apart."""
    gpus: PositiveCount | None = None
    """GPUs asked for. It takes fewer where fewer are energised. Either this or share."""
    share_frac: Fraction | None = None
    """Share asked for of the site's energised GPUs of the chips it may use."""
    group_gpus: PositiveCount | None = None
    """Only multiples of this many GPUs of one chip are taken (a model replica).
    Default: the chip's system, 8 or 72."""
    mfu_frac: Annotated[Fraction, Field(gt=0)] | None = None
    """Model FLOPs utilisation. Default: the catalogue's table, by chip, precision and scale."""
    recovery: Recovery = Recovery()
    """Failures, restarts and checkpoints. Default: as its fields say."""

    @model_validator(mode="after")
    def _check_size(self) -> Self:
        _refuse_unless_one(self.gpus, self.share_frac)
        return self


class Serving(_Work):
    """Answers to users: a demand by hour of day, met with as many GPUs as its latency needs."""

    kind: Literal["serving"]
    """Always 'serving'."""
    model: Name | ModelShape
    """A model of the catalogue, or its size."""
    demand_tokens_per_s: Positive
    """Output tokens a second on the first day, mean of the day."""
    hourly_profile: Name | Annotated[tuple[NonNegative, ...], Field(min_length=24, max_length=24)] = (
        "language-service"
    )
    """24 numbers, one for each local hour, in any unit (only their ratio to their mean counts), or a
    profile of the catalogue. Default: measured on a large language service (ServeGen)."""
    annual_growth_frac: Annotated[Number, Field(gt=-1, le=100)] = 0.0
    """Growth of the demand a year, compounded by day. Default 0: say what you expect."""
    prompt_per_output_ratio: NonNegative = 1.6
    """Prompt tokens computed (not found in a cache) for each output token. Default 1.6: DeepSeek's
    service, 608 bn prompt tokens a day of which 342 bn came from the cache, for 168 bn output (2025-02).
    MLPerf's Llama 2 chat has 1, its Llama 3.1 405B documents 14."""
    max_share_frac: Fraction = 1.0
    """Most of the site's energised GPUs (of the chips it may use) that it may hold. Default: all."""
    wait_probability_frac: Annotated[Fraction, Field(gt=0, lt=1)] = 0.01
    """Share of requests that may find every slot taken. Default 1 %: assumed, within 0.1 to 10 %."""
    user_speed_tokens_per_s: Positive = 20.0
    """Output tokens a second that one user sees; with the GPU's total it gives the slots of a GPU.
    Default 20: DeepSeek's service reports 20 to 22 (2025-02)."""
    burst_ratio: Annotated[Number, Field(ge=1, le=10)] = 1.16
    """Highest ten minutes of an hour over the hour's mean. Default 1.16: mean over 14 days of a large
    language service (ServeGen, language/m-large; its median is 1.12, its 95th percentile 1.47)."""
    elastic: bool = False
    """Whether GPUs are handed back hour by hour. Default no: it holds each day's peak, and what it does
    not use idles."""

    @model_validator(mode="after")
    def _check_profile(self) -> Self:
        if isinstance(self.hourly_profile, tuple) and sum(self.hourly_profile) <= 0:
            raise PydanticCustomError(
                "profile_empty",
                "the 24 numbers of hourly_profile are all 0",
                {"remedy": "give at least one above 0"},
            )
        return self


class JobCheckpoints(InputModel):
    """Checkpoints that every job of a queue writes."""

    interval_s: Positive
    """Useful work between two."""
    write_s: NonNegative = 10.0
    """Time that a job stands still for one. Default 10 s: assumed, within 1 to 60 s (as in a training
    run's recovery)."""
    load_s: NonNegative = 60.0
    """Time to load one when a job comes back. Default 60 s: assumed, within 10 to 300 s."""


class QueueTenant(InputModel):
    """What one of the tenants that a trace names may hold, for the policies that look at it."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    """As the trace writes it."""
    quota_gpus: PositiveCount | None = None
    """GPUs that it may hold before it borrows. Default: no quota."""
    weight_ratio: Positive = 1.0
    """Its share against the others. Default 1: all alike."""


class QueuedJobs(_Work):
    """Jobs that queue for GPUs, a trace of them or generated ones, simulated event by event."""

    kind: Literal["jobs"]
    """Always 'jobs'."""
    gpus: PositiveCount | None = None
    """GPUs asked for. It gets fewer where fewer are energised. Either this or share."""
    share_frac: Fraction | None = None
    """Share asked for of the site's energised GPUs of the chips it may use."""
    trace: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """A trace of jobs, its path relative to the scenario's file. Either this or generate. The first job is
    submitted on the first day, at its hour of day where the trace has calendar times."""
    format: Literal["philly", "slurm", "swf", "parquet", "csv"] | None = None
    """Format of the trace. Default: by its beginning."""
    map: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """Columns of a CSV or Parquet trace: 'submit=time,duration_ms=ms,gpus=n,tenant=user'."""
    skip_malformed: bool = False
    """Leave malformed rows of the trace out, and say how many. Default no: they are refused."""
    generate: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """Jobs to generate, 'lublin?jobs=20000,load=0.8', for the most GPUs that it ever holds. Drawn from the
    scenario's seed and the workload's name."""
    repeat: bool = False
    """Submit the same jobs again, and again, each time a whole number of days after the last, until the
    workload ends. Default no: after its last job, its GPUs idle."""
    policy: Annotated[str, Field(min_length=1, max_length=200)] = "easy:depth=100"
    """Scheduling policy, with its options behind a colon. Default: EASY backfill that looks at 100 jobs."""
    estimate_ratio: Positive | None = None
    """Where a job comes without an estimate, its duration times this is taken. Default: its duration."""
    tenants: tuple[QueueTenant, ...] = ()
    """Quotas and weights of the trace's tenants. Default: no quotas, equal weights."""
    gpus_per_node: PositiveCount | None = None
    """GPUs that share a box or a scale-up domain; only whole nodes are taken. Default: the chip's system, 8
    or 72; one pool without nodes where it holds systems of several sizes."""
    failures: Annotated[str, Field(min_length=1, max_length=1000)] = "off"
    """'off'; 'llama3', as published; or a YAML file of what breaks, its path relative to the scenario's
    file. Default off: a trace's durations already hold what its own machines did."""
    checkpoints: JobCheckpoints | None = None
    """Default: those of the file of failures, else none: a failure loses everything that a job has done."""
    power_limit_mw: Positive | None = None
    """Most IT power that it may draw: jobs that would not fit wait; where it falls, those that run are
    slowed, then taken off. Default: its share of the site's firm power, which carries all of its GPUs."""

    @model_validator(mode="after")
    def _check_size(self) -> Self:
        _refuse_unless_one(self.gpus, self.share_frac)
        return self

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        if (self.trace is None) == (self.generate is None):
            raise PydanticCustomError(
                "trace_or_generate",
                "{seen} of trace and generate is given",
                {
                    "seen": "neither" if self.trace is None else "both",
                    "remedy": "give one: trace (a file) or generate ('lublin?jobs=20000')",
                },
            )
        if self.trace is None and (self.format is not None or self.map is not None or self.skip_malformed):
            raise PydanticCustomError(
                "no_trace_to_read",
                "format, map and skip_malformed say how to read a trace; these jobs are generated",
                {"remedy": "leave them out, or give a trace instead of generate"},
            )
        return self


class Lease(_Work):
    """GPUs let to a tenant who runs what he likes."""

    kind: Literal["lease"]
    """Always 'lease'."""
    share_frac: Fraction
    """Share of the site's energised GPUs of the chips it may use."""
    rent_usd_per_month: NonNegative | None = None
    """Rent of all of it. At most one of the two rents."""
    hourly_rent_usd_per_gpu_h: NonNegative | None = None
    """Rent of a GPU for an hour, whether used or not."""
    utilisation_frac: Fraction = 0.8
    """Share of the time in which a leased GPU computes; in the rest it idles. Default 0.8: assumed,
    within 0.5 to 0.95."""
    notice_days: NonNegative | None = None
    """Days of notice with which either side may end it. Default: none agreed."""

    @model_validator(mode="after")
    def _check_rent(self) -> Self:
        if self.rent_usd_per_month is not None and self.hourly_rent_usd_per_gpu_h is not None:
            raise PydanticCustomError(
                "two_rents",
                "both rent (a month) and hourly_rent (a GPU-hour) are given",
                {"remedy": "keep one of them"},
            )
        return self


class Other(_Work):
    """Work that is only known as a share: experiments, data preparation, evaluation."""

    kind: Literal["other"]
    """Always 'other'."""
    share_frac: Fraction
    """Share of the site's energised GPUs of the chips it may use."""
    utilisation_frac: Fraction = 0.5
    """Share of the time in which its GPUs compute. Default 0.5: assumed, within 0.3 to 0.8."""


Workload = Annotated[Training | Serving | QueuedJobs | Lease | Other, Field(discriminator="kind")]
"""One workload, told apart by ``kind``."""
