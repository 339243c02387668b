"""A pack, audited: read, bounded by a run where it names one, and judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from gigawatt.evidence import Audit, Bound, Claim, Source, audit, from_inputs
from gigawatt.scenario.claims import read_pack


@dataclass(frozen=True, slots=True)
class PackAudit:
    """An audit with what it was made of."""

    name: str
    title: str
    description: str
    as_of: date
    claims: tuple[Claim, ...]
    sources: dict[str, Source]
    bounds: tuple[Bound, ...]
    result: Audit

    def __repr__(self) -> str:
        return f"PackAudit({self.name!r}, as of {self.as_of}, {self.result!r})"


def audit_pack(
    source: str,
    beside: Sequence[str] = (),
    *,
    run_model: bool = True,
    tell: Callable[[str, float], None] | None = None,
) -> PackAudit:
    """Audit a pack, with other packs laid beside it.

    Parameters
    ----------
    source
        Bundled name or path of a YAML file.
    beside
        Further packs, whose claims are evidence; their sources join the pack's, those of the pack first.
    run_model
        Whether the scenarios that the packs name are run for further bounds.
    tell
        Told of each stage.

    Raises
    ------
    InputError
        Every mistake in the pack, with its place.
    """
    packs = []
    taken: dict[str, str] = {}
    for name in (source, *beside):
        pack = read_pack(name, beside=taken).scenario
        taken |= {claim.id: name for claim in pack.claims}
        packs.append(pack)
    sources: dict[str, Source] = {}
    claims: list[Claim] = []
    bounds: list[Bound] = []
    for n, pack in enumerate(packs):
        # Two packs may call two sources alike: from the second pack on a key that is taken is told apart.
        names = {key: _free(key, value, sources, n) for key, value in pack.sources.items()}
        sources |= {names[key]: value for key, value in pack.sources.items()}
        claims += [c.model_copy(update={"source": names[c.source]}) for c in pack.claims]
        bounds += from_inputs(pack.bounds, {key: value.title for key, value in pack.sources.items()})
        if pack.model is not None and run_model:
            from gigawatt.study.claim_bounds import pack_bounds

            bounds += pack_bounds(pack.model.scenario, pack.model.sites, bounds, tell)
    as_of = max(pack.as_of for pack in packs)
    result = audit(claims, bounds, sources=sources, as_of=as_of)
    first = packs[0]
    return PackAudit(
        name=first.name,
        title=first.title or first.name,
        description=first.description,
        as_of=as_of,
        claims=tuple(claims),
        sources=sources,
        bounds=tuple(bounds),
        result=result,
    )


def _free(key: str, source: Source, taken: dict[str, Source], n: int) -> str:
    return key if key not in taken or taken[key] == source else f"{key} ({n + 1})"
