"""Adafactor: Adam's second average from row and column means alone."""

from typing import NamedTuple

import torch

from helpers import _validate
from helpers._identity import by_identity
from helpers.optimizers.base import Number, Optimizer, build

__all__ = ["AdafactorState", "adafactor"]


@by_identity
class AdafactorState(NamedTuple):
    """State of `adafactor`.

    Attributes
    ----------
    row_var, col_var : torch.Tensor or None
        Averages of the squared gradients' means over each row, shape (…, rows, 1), and over each
        column, shape (…, 1, columns), for params with two axes or more.
    variance : torch.Tensor or None
        Average of the squared gradients, for params with one axis or none.
    step : int
        Number of steps taken.
    """

    row_var: torch.Tensor | None
    col_var: torch.Tensor | None
    variance: torch.Tensor | None
    step: int


def adafactor(
    lr: Number = 1e-2,
    beta2_decay: float = -0.8,
    eps: tuple[float | None, float] = (None, 1e-3),
    d: float = 1.0,
    weight_decay: Number = 0,
    *,
    maximize: bool = False,
) -> Optimizer:
    r"""Adafactor, as ``torch.optim.Adafactor``: no momentum, and of vₜ the margins alone.

    .. math::
        R_t = \beta_t R_{t-1} + (1 - \beta_t) \operatorname{mean}_{\text{columns}} g_t^2, \qquad
        C_t = \beta_t C_{t-1} + (1 - \beta_t) \operatorname{mean}_{\text{rows}} g_t^2, \qquad
        \hat v_t = \frac{R_t C_t}{\operatorname{mean} R_t}

        u_t = \frac{g_t}{\sqrt{\hat v_t}}, \qquad
        \theta_t = \theta_{t-1} - \max(\epsilon_2, \operatorname{rms} \theta_{t-1})
        \min\!\left(\gamma, \frac{1}{\sqrt t}\right)
        \frac{u_t}{\max(1, \operatorname{rms}(u_t) / d)}, \qquad \beta_t = 1 - t^{\tau}

    Steps are relative to the size of the parameters.

    Parameters
    ----------
    lr : float or torch.Tensor
        γ, at least 0, the largest relative step. A number, or one value per run, shape (runs,); so
        is the weight decay. If neither has runs, params are one tensor, whatever their axes.
    beta2_decay : float
        τ, at most 0.
    eps : tuple of two float
        ε₁, at least 0 (None: the dtype's precision), below which roots are not divided by, and ε₂,
        the least size of the parameters.
    d : float
        At least 1: larger steps are shortened to it.
    weight_decay : float or torch.Tensor
        λ, at least 0: multiplies θ by 1 − γλ, as in `adamw`.
    maximize : bool
        Ascend instead of descend.

    Returns
    -------
    Optimizer
        Its state is an `AdafactorState`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    References
    ----------
    Shazeer and Stern (2018), *Adafactor: adaptive learning rates with sublinear memory cost*,
    arXiv:1804.04235, algorithms 4 and 5.

    Examples
    --------
    >>> init, update = adafactor()
    >>> params = torch.ones(1000, 1000)
    >>> sum(field.numel() for field in init(params)[:2])
    2000
    """
    beta2_decay = _validate.number("beta2_decay", beta2_decay, "(-inf, 0]")
    d = _validate.number("d", d, "[1, inf)")
    if not isinstance(eps, tuple | list) or len(eps) != 2:
        raise TypeError(f"eps must be two numbers in [0, inf), got {_validate.shown(eps)}")
    eps1 = None if eps[0] is None else _validate.number("eps[0]", eps[0], "[0, inf)")
    eps2 = _validate.number("eps[1]", eps[1], "[0, inf)")

    def init(params: torch.Tensor) -> AdafactorState:
        if params.ndim < 2:
            return AdafactorState(None, None, torch.zeros_like(params), 0)
        rows, columns = torch.zeros_like(params[..., :1]), torch.zeros_like(params[..., :1, :])
        return AdafactorState(rows, columns, None, 0)

    def step(
        params: torch.Tensor,
        gradient: torch.Tensor,
        state: AdafactorState,
        lr: Number,
        weight_decay: Number,
    ) -> tuple[torch.Tensor, AdafactorState]:
        rows, columns, variance, t = state
        least = torch.finfo(params.dtype).eps if eps1 is None else eps1
        # 1 − βₜ = t^τ
        new, t = (t + 1) ** beta2_decay, t + 1
        has_runs = isinstance(lr, torch.Tensor) or isinstance(weight_decay, torch.Tensor)
        # αₜ = max(ε₂, RMS(θₜ₋₁)) · min(γ, 1/√t)
        relative = torch.as_tensor(lr, dtype=torch.float64, device=params.device)
        relative = relative.clamp(max=1 / t**0.5)
        size = _rms(params, has_runs).clamp(min=eps2) * relative
        params = (1 - lr * weight_decay) * params
        square = gradient.square()
        if rows is not None and columns is not None:
            # Rₜ and Cₜ
            rows = torch.lerp(rows.to(square), square.mean(-1, keepdim=True), new)
            columns = torch.lerp(columns.to(square), square.mean(-2, keepdim=True), new)
            # v̂ₜ = Rₜ Cₜ / mean Rₜ
            second = rows * columns / rows.mean(-2, keepdim=True).clamp(min=least)
        else:
            # vₜ = βₜ vₜ₋₁ + (1 − βₜ) gₜ²
            second = variance = torch.lerp(variance, square, new)  # type: ignore[arg-type]
        # uₜ = gₜ / √v̂ₜ
        update = gradient / second.clamp(min=least**2).sqrt()
        # θₜ = θₜ₋₁ − αₜ uₜ / max(1, RMS(uₜ) / d)
        params = params - size / (_rms(update, has_runs) / d).clamp(min=1) * update
        return params, AdafactorState(rows, columns, variance, t)

    return build(
        AdafactorState, init, step, {"lr": lr, "weight_decay": weight_decay}, maximize, shape=_shape
    )


def _rms(tensor: torch.Tensor, has_runs: bool) -> torch.Tensor:
    """Return the root mean square of all entries, of each run by itself if there are several."""
    axes = tuple(range(int(has_runs), tensor.ndim))
    return tensor.square().mean(axes, keepdim=True).sqrt() if axes else tensor.abs()


def _shape(state: AdafactorState) -> torch.Size:
    """Return the shape of the params that a state belongs to."""
    if state.row_var is None or state.col_var is None:
        return state.variance.shape  # type: ignore[union-attr]
    return torch.broadcast_shapes(state.row_var.shape, state.col_var.shape)
