"""Figures of chapter 7: learning rates."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from helpers import schedules
from helpers.figures.palette import COLORS
from tests.figure_cases import check
from tests.figure_cases.check import across, dots, line, note, upright

STAIRS = {"marker": ".", "drawstyle": "steps-post"}


def by_epoch():
    epochs = np.arange(11)
    rates = {
        "step": 0.02 * 0.2 ** (epochs // 3),
        "multi_step": 0.02 * 0.1 ** np.array([0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2]),
        "exponential": 0.02 * 0.6**epochs,
        "cosine": 0.01 * (1 + np.cos(np.pi * epochs / 4)),
    }
    axes = yield {"rates": {**rates, "lambda": rates["step"] + 0.0}}
    lines = {name: [line("lr", epochs, curve, **STAIRS)] for name, curve in rates.items()}
    lines["step"].append(dots("orange", epochs, rates["step"], markerfacecolor="none"))
    # The first three on one scale, from the lowest of them to the highest.
    low, high = rates["exponential"][-1] * 10**-0.35, 0.02 * 10**0.45
    for ax, name in zip(axes[:3], lines, strict=False):
        check.artists(ax, *lines[name], x=(-0.5, 10.5), y=(low, high), log="y")
    check.artists(axes[3], *lines["cosine"], x=(-0.5, 10.5), y=(-0.0016, 0.023))
    last = [curve[-1] for curve in rates.values()][:3]
    check.alternative_text(axes, 11, 0.02, *last, 4, 8, 0.02)


def plateau():
    epochs, losses = np.arange(15), np.linspace(0.9, 0.7, 15)
    for patience in (3, 0, 12):
        counts = np.array([0, *(np.arange(14) % (patience + 1) + 1)])
        exceeds = [count > patience for count in counts]
        rates = 0.02 * 0.3 ** np.array([sum(exceeds[:epoch]) for epoch in epochs])
        data = {"losses": losses, "bad_epochs": counts, "rates": rates}
        axes = yield {**data, "patience": patience}
        loss, count, rate = axes
        own = line("ink", epochs, losses, marker=".")
        steps = {"x": (-0.5, 14.5)}
        check.artists(loss, own, **steps, y=(0, 1.25 * 0.9))
        top = 1.3 * max(patience, *counts)
        check.artists(count, across("reference", patience), title=[patience], **steps, y=(0, top))
        low, high = min(rates[-1], 2e-4) * 10**-0.35, 0.02 * 10**0.45
        check.artists(rate, line("lr", epochs, rates, **STAIRS), **steps, y=(low, high), log="y")
        for epoch, bar in enumerate(count.patches):
            assert bar.get_center()[0] == pytest.approx(epoch)
            assert bar.get_height() == counts[epoch]
            fill, hatch = ("orange", "///") if exceeds[epoch] else ("grey", None)
            assert (to_hex(bar.get_facecolor()), bar.get_hatch() or None) == (COLORS[fill], hatch)
        falls = [epoch + 1 for epoch in epochs[:-1] if exceeds[epoch]]
        check.alternative_text(axes, 15, patience, 0.02, rates[-1], len(falls), *falls)


def cyclic():
    options = {"step_size_up": 3, "gamma": 0.8}
    rates = {
        mode: schedules.cyclic_lr(0.002, 0.01, 17, mode=mode, **options)
        for mode in ("triangular", "triangular2", "exp_range")
    }
    axes = yield {"rates": rates, "base_lr": 0.002, "max_lr": 0.01}
    bounds = across("reference", 0.002), across("reference", 0.01)
    for ax, curve in zip(axes, rates.values(), strict=True):
        own = line("lr", np.arange(17), curve, marker=".")
        check.artists(ax, *bounds, own, x=(-0.5, 16.5), y=(0, 0.0112))
    # The second peak of triangular2 is half of the way up; exp_range's first is 0.8³ of it.
    check.alternative_text(axes, 17, 0.002, 0.01, 0.01, 0.006, 0.002 + 0.008 * 0.8**3)


def one_cycle():
    rates = schedules.one_cycle_lr(0.3, 80, pct_start=0.4)
    momentum = schedules.one_cycle_momentum(80, pct_start=0.4)
    axes = yield {"rates": rates, "momentum": momentum}
    peak = list(rates).index(max(rates))
    mark, steps = upright("reference", peak), np.arange(80)
    text = note(f"0.3 at mini-batch {peak}", "muted", (peak, min(rates)))
    check.artists(axes[0], mark, line("lr", steps, rates), text, x=(0, 79))
    check.artists(axes[1], mark, line("mu", steps, momentum), x=(0, 79))
    check.alternative_text(axes, 80, 0.012, 0.3, peak, 1.2e-6, 0.95, 0.85)


def restarts():
    restart, epochs = schedules.cosine_annealing_warm_restarts, np.arange(48) / 8
    by_epoch, by_call = restart(0.2, 3, T_mult=1, epochs=epochs), restart(0.2, 3, 48, T_mult=2)
    axes = yield {"by_epoch": by_epoch, "by_call": by_call, "T_0": 3, "iters": 8}
    for ax, rates in zip(axes, (by_epoch, by_call), strict=True):
        own = line("lr", np.arange(48), rates, marker=".")
        check.artists(ax, own, title=[3], x=(0, 48), y=(0, 0.224))
    assert axes[-1].get_xticks().tolist() == [0, 8, 16, 24, 32, 40, 48]
    check.alternative_text(axes, 48, 8, 3, 24, 3, 9, 21, 45)


def warm_up():
    steps = np.arange(1, 36)
    rates, plain = np.minimum(steps / 14, 1), 0.3 + 0.7 * 0.8 ** (steps - 1)
    warmed = plain * rates
    axes = yield {"rates": rates, "plain": plain, "warmed": warmed}
    check.artists(axes[0], line("lr", steps, rates), title=[13], x=(1, 35), y=(0, 1.1))
    check.artists(
        axes[1],
        line("adam_variant", steps, plain),
        line("adam", steps, warmed),
        note("without a warm-up", "orange", (2, plain[1])),
        note("with a warm-up", "orange", (10, warmed[9])),
        x=(1, 35),
        y=(0, 1.1),
    )
    assert axes[1].get_xticks().tolist() == [1, 10, 20, 30]
    sizes = [1, plain[-1], 1 / 14, max(warmed), warmed[-1]]
    check.alternative_text(axes, 1 / 14, 14, *sizes)
