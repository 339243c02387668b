"""A language model's size, and the arithmetic that one token takes."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt import catalog
from gigawatt.compute.inputs import ModelShape


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A model by its size."""

    name: str
    """Its row in the catalogue; empty where it was written out."""
    total_parameters: float
    active_parameters: float
    """Used for one token; fewer than the total in a mixture of experts."""
    layers: int = 0
    width: int = 0
    context_tokens: float = 0.0

    @property
    def moe(self) -> bool:
        """Whether it is a mixture of experts."""
        return self.active_parameters < self.total_parameters


def language_model(model: str | ModelShape) -> LanguageModel:
    """Take a model from the catalogue by its name, or from the size that was written.

    >>> language_model("deepseek-v3").active_parameters
    37000000000.0
    """
    if isinstance(model, ModelShape):
        active = model.active_parameters or model.total_parameters
        return LanguageModel(
            "", model.total_parameters, active, model.layers or 0, model.width or 0, model.context_tokens or 0
        )
    values = catalog.row("model", model).values
    total = float(values["total_parameters"])
    return LanguageModel(
        name=model,
        total_parameters=total,
        active_parameters=float(values.get("active_parameters", total)),
        layers=int(values.get("layers", 0)),
        width=int(values.get("width", 0)),
        context_tokens=float(values.get("context_tokens", 0)),
    )


def training_flops_per_token(model: LanguageModel) -> float:
    """Model FLOPs to train on one token, forward and backward.

    6 N_active + 12 L w T: two FLOPs a weight forward and four backward; the scores and their sum over a
    context of T tokens in each of L layers of width w. The convention of the PaLM paper, which counts the
    full square of the context; causal kernels do half of the second term.

    Parameters
    ----------
    model
        Where its layers, width or context are 0, attention is left out.

    References
    ----------
    Chowdhery et al., PaLM, arXiv 2204.02311, appendix B.

    Examples
    --------
    >>> f"{training_flops_per_token(language_model('llama3.1-405b')):.3e}"
    '2.633e+12'
    """
    return 6.0 * model.active_parameters + 12.0 * model.layers * model.width * model.context_tokens


def serving_flops_per_output_token(model: LanguageModel, prompt_per_output: float) -> float:
    """FLOPs for one output token and the prompt tokens that it needed: 2 N_active (1 + prompt/output).

    Attention over the context is left out; it is in the measured efficiency.

    >>> f"{serving_flops_per_output_token(language_model('llama2-70b'), 1.0):.2e}"
    '2.80e+11'
    """
    return 2.0 * model.active_parameters * (1.0 + prompt_per_output)
