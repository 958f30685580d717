"""Figures of chapter 10: what newer rules do with a gradient, and how much faster they are."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from helpers import language
from helpers.figures import canvas
from helpers.figures.labels import RULES, corner_note, label_ends, note, titles
from helpers.figures.palette import COLORS, STYLES
from helpers.figures.surface import Surface, distance, draw_paths, draw_surface, explain_marks
from helpers.figures.ticks import plain_log

__all__ = ["averaging", "lengths", "newton_schulz", "signs", "spectra", "speedups"]


@canvas.figure
def signs(
    lion: dict[float, np.ndarray], decayed: np.ndarray, adam: np.ndarray, *, ax: Axes | None = None
) -> Axes:
    """Distance to the optimum along the training: Lion at several rates, and Adam.

    Parameters
    ----------
    lion : dict of float to numpy.ndarray
        By constant rate, descending, at least two: shape (steps + 1,).
    decayed : numpy.ndarray
        Shape (steps + 1,): Lion, its largest rate falling to 0 by the end.
    adam : numpy.ndarray
        Shape (steps + 1,): Adam at Lion's second rate.
    """
    ax = canvas.subplots(height=4.0, ax=ax)
    key = "figures.after_adam.signs"
    steps = np.arange(len(adam))
    ax.plot(steps, adam, **STYLES["adam"], label=RULES["adam"])
    for rate, curve in lion.items():
        name = language.text(f"{key}.rate", rate=rate)
        ax.plot(steps, curve, **{**STYLES["lion"], "linewidth": 1.4}, label=name)
    fades = {**STYLES["lion"], "linestyle": (0, (3, 1.5))}
    ax.plot(steps, decayed, **fades, label=language.text(f"{key}.decayed"))
    everything = np.concatenate([adam, decayed, *lion.values()])
    ax.set(yscale="log", xlim=(0, steps[-1]))
    ax.set_ylim(0.8 * everything.min(), 1.2 * everything.max())
    plain_log(ax)
    titles(ax, key)
    label_ends(ax)
    ends = [language.text(f"{key}.end", rate=rate, far=curve[-1]) for rate, curve in lion.items()]
    canvas.describe(
        ax,
        key,
        steps=len(steps) - 1,
        rows="; ".join(ends),
        decayed=decayed[-1],
        rate=[*lion][1],
        adam=adam[-1],
    )
    return ax


@canvas.figure
def newton_schulz(
    values: np.ndarray,
    muon: np.ndarray,
    classic: np.ndarray,
    *,
    steps: int,
    ax: Axes | None = None,
) -> Axes:
    """What Newton–Schulz makes of a singular value, with Muon's coefficients and classic ones.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (points,): singular values before, ascending, from above 0 to 1.
    muon, classic : numpy.ndarray
        Shape (points,): after the steps.
    steps : int
        How many.
    """
    ax = canvas.subplots(height=3.7, ax=ax)
    key = "figures.after_adam.newton_schulz"
    ax.axhline(1, **STYLES["reference"])
    ax.plot(values, values, **STYLES["gradient"] | {"marker": "none"})
    ax.plot(values, classic, **STYLES["adam_variant"] | {"color": COLORS["ink"]})
    ax.plot(values, muon, **STYLES["muon"])
    ax.set(xscale="log", xlim=(values[0], values[-1]), ylim=(0, 1.9))
    plain_log(ax)
    titles(ax, key, steps=steps)
    corner_note(ax, language.text(f"{key}.muon"), color=STYLES["muon"]["color"])
    corner_note(ax, language.text(f"{key}.classic"), 1, color=COLORS["ink"])
    corner_note(ax, language.text(f"{key}.before"), 2, color=COLORS["muted"])
    reached = values[muon > 0.6]
    canvas.describe(
        ax,
        key,
        steps=steps,
        least=reached[0],
        low=muon[muon > 0.6].min(),
        high=muon.max(),
        classic=float(np.interp(reached[0], values, classic)),
    )
    return ax


@canvas.figure
def spectra(values: dict[str, np.ndarray], *, ax: Axes | None = None) -> Axes:
    """Singular values of a layer's gradient, and of the steps that two rules make of it.

    Parameters
    ----------
    values : dict of str to numpy.ndarray
        Under ``"gradient"``, ``"adam"`` and ``"muon"``: shape (directions,), descending, as shares
        of the largest.
    """
    ax = canvas.subplots(height=3.7, ax=ax)
    key = "figures.after_adam.spectra"
    for name, row in values.items():
        style = {**STYLES[name], "marker": "none", "linewidth": 2.2}
        text = language.text(f"{key}.gradient") if name == "gradient" else RULES[name]
        ax.plot(np.arange(1, len(row) + 1), row, **style, label=text)
    ax.set(yscale="log", xlim=(1, len(row)))
    ax.set_ylim(0.7 * min(row[row > 0].min() for row in values.values()), 1.5)
    plain_log(ax)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    titles(ax, key)
    label_ends(ax)
    middle = len(row) // 2
    canvas.describe(
        ax,
        key,
        directions=len(row),
        middle=middle + 1,
        **{name: one[middle] for name, one in values.items()},
    )
    return ax


@canvas.figure
def averaging(
    surface: Surface, optimum: np.ndarray, z: np.ndarray, x: np.ndarray, *, ax: Axes | None = None
) -> Axes:
    """Path of schedule-free SGD's z over the loss surface, and of its average x.

    Parameters
    ----------
    surface : tuple of three numpy.ndarray
        Bias, weight and loss, as `problems.grid` returns them.
    optimum : numpy.ndarray
        Shape (2,).
    z, x : numpy.ndarray
        Shape (steps + 1, 2).
    """
    ax = canvas.subplots(height=5.2, narrow=4.2, ax=ax)
    key = "figures.after_adam.averaging"
    draw_surface(ax, surface, optimum)
    draw_paths(ax, {"sgd": z, "schedule_free": x})
    explain_marks(ax)
    titles(ax, key)
    corner_note(ax, language.text(f"{key}.z"), color=STYLES["sgd"]["color"], right=True)
    corner_note(ax, language.text(f"{key}.average"), 1, color=STYLES["schedule_free"]["color"],
                right=True)  # fmt: skip
    canvas.describe(
        ax,
        key,
        steps=len(z) - 1,
        z_long=np.linalg.norm(np.diff(z, axis=0), axis=1).sum(),
        x_long=np.linalg.norm(np.diff(x, axis=0), axis=1).sum(),
        z=distance(z, optimum),
        x=distance(x, optimum),
    )
    return ax


@canvas.figure
def lengths(
    lengths: np.ndarray,
    losses: dict[str, np.ndarray],
    *,
    default: float,
    source: str,
    ax: Axes | None = None,
) -> Axes:
    """Loss at the end of training, against the number of updates, a line for each rule.

    Parameters
    ----------
    lengths : numpy.ndarray of int
        Shape (lengths,), ascending.
    losses : dict of str to numpy.ndarray
        By rule, ``"adamw"`` among them: shape (lengths,), each at the rate chosen for it.
    default : float
        Loss of AdamW at its default rate after the longest training.
    source : {"mnist", "digits"}
        The ``source`` of the images.
    """
    ax = canvas.subplots(height=4.4, ax=ax)
    key = "figures.after_adam.lengths"
    ax.axhline(default, **STYLES["reference"])
    for rule, row in losses.items():
        ax.plot(lengths, row, **STYLES[rule], marker=".", markersize=5, label=RULES[rule])
    everything = np.concatenate([[default], *losses.values()])
    ax.set(xscale="log", yscale="log", xlim=(lengths[0], lengths[-1]))
    ax.set_ylim(0.92 * everything.min(), 1.12 * everything.max())
    plain_log(ax)
    ax.set_xticks(lengths)
    titles(ax, key)
    label_ends(ax)
    text = language.text(f"{key}.default")
    note(ax, text, (lengths[-1], default), (-4, 5), color=COLORS["muted"], ha="right")
    last = sorted(losses, key=lambda rule: losses[rule][-1])
    rows = [language.text(f"{key}.end", rule=RULES[one], loss=losses[one][-1]) for one in last]
    canvas.describe(
        ax, key, few=lengths[0], many=lengths[-1], rows="; ".join(rows), default=default
    )
    canvas.mark_source(ax, source)
    return ax


@canvas.figure
def speedups(
    default: dict[str, float], tuned: dict[str, float], *, source: str, ax: Axes | None = None
) -> Axes:
    """How many times as fast as AdamW each rule is, with AdamW at its default and at its best rate.

    Parameters
    ----------
    default, tuned : dict of str to float
        By rule: how many updates AdamW needs for each of the rule's.
    source : {"mnist", "digits"}
        The ``source`` of the images.
    """
    ax = canvas.subplots(height=4.2, ax=ax)
    key = "figures.after_adam.speedups"
    heights = np.arange(len(tuned))
    grey = COLORS["grey"]
    ax.barh(heights - 0.2, [*default.values()], 0.36, color="none", edgecolor=grey, linewidth=1.2)
    ax.barh(heights + 0.2, [*tuned.values()], 0.36, color=[STYLES[r]["color"] for r in tuned])
    ax.axvline(1, **STYLES["reference"])
    for rows, shift, color in ((default, -0.2, COLORS["muted"]), (tuned, 0.2, COLORS["ink"])):
        for height, value in zip(heights, rows.values(), strict=True):
            text = language.text(f"{key}.times", value=value)
            note(ax, text, (value, height + shift), (4, 0), color=color, va="center")
    ax.set(xlim=(0, 1.18 * max([*default.values(), *tuned.values()])))
    ax.set_ylim(len(tuned) - 0.4, -2.2)
    ax.set_yticks(heights, [RULES[rule] for rule in tuned])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")
    values = {"low": min(tuned.values()), "high": max(tuned.values())}
    values |= {"least": min(default.values()), "most": max(default.values())}
    titles(ax, key, **values)
    corner_note(ax, language.text(f"{key}.default"), color=COLORS["muted"], right=True)
    corner_note(ax, language.text(f"{key}.tuned"), 1, color=COLORS["ink"], right=True)
    each = [
        language.text(f"{key}.row", rule=RULES[rule], default=default[rule], tuned=tuned[rule])
        for rule in tuned
    ]
    canvas.describe(ax, key, rows="; ".join(each), **values)
    canvas.mark_source(ax, source)
    return ax
