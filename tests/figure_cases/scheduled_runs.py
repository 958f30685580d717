"""Figures of chapter 7: training under schedules."""

import numpy as np

from tests.figure_cases import check
from tests.figure_cases.check import line

SCHEDULES = {"none": "no scheduler", "step": "StepLR", "cyclic": "CyclicLR"}
OPTIMIZERS = {"momentum": "pink", "nesterov": "green"}


def floor():
    steps = np.arange(251)
    large, small, falling = 2e-4 + 2 * 0.9**steps, 2 * 0.98**steps, 1e-8 + 2 * 0.93**steps
    ax = yield {"curves": {"large": large, "small": small, "falling": falling}}
    check.artists(
        ax,
        line("orange", steps, large, "large rate", linestyle="--"),
        line("purple", steps, small, "small rate", linestyle="--"),
        line("blue", steps, falling, "falling rate"),
        x=(0, 250),
        log="y",
    )
    check.alternative_text(ax, 250, large[-1], small[-1], falling[-1])


def traces():
    steps, flat = np.arange(45), np.full(45, 0.92)
    swing = abs(np.sin(steps / 5))
    stairs, waves, dips = 0.3 * 0.4 ** (steps // 15), 0.06 + 0.2 * swing, 0.89 - 0.15 * swing
    rates = {"none": flat - 0.62, "step": stairs, "cyclic": waves}
    momentum = {"none": flat, "step": flat + 0.0, "cyclic": dips}
    axes = yield {"rates": rates, "momentum": momentum}
    for ax, curves in zip(axes, (rates, momentum), strict=True):
        none, step, cyclic = curves.values()
        alike = none[-1] == step[-1]
        names = ("no scheduler, StepLR", None) if alike else ("no scheduler", "StepLR")
        low, high = min(*step, *cyclic), max(*none, *cyclic)
        margin = 0.15 * (high - low)
        check.artists(
            ax,
            line("schedule_none", steps, none, names[0]),
            line("schedule_step", steps, step, names[1], drawstyle="steps-post"),
            line("schedule_cyclic", steps, cyclic, "CyclicLR"),
            x=(0, 44),
            y=(low - margin, high + margin),
        )
    swings = min(waves), max(waves), 0.92, min(dips), max(dips)
    check.alternative_text(axes, 45, 0.3, stairs[-1], *swings)


def paths():
    data = check.surface(x=(0.4, 2.2), y=(0.5, 3.0))
    by_schedule = {
        schedule: {rule: check.runs(rule, seed).paths[0].numpy() for rule in OPTIMIZERS}
        for seed, schedule in zip((55, 42, 51), SCHEDULES, strict=True)
    }
    axes = yield {**data, "paths": by_schedule}
    is_narrow = axes.shape == (3, 2)
    far, long = [], []
    for column, by_rule in zip(axes if is_narrow else axes.T, by_schedule.values(), strict=True):
        for ax, (rule, path) in zip(column, by_rule.items(), strict=True):
            far.append(np.hypot(*(path[-1] - data["optimum"])))
            long.append(np.hypot(*np.diff(path.T)).sum())
            star = check.contours(ax, data, levels=10)
            check.artists(ax, star, *check.path(rule, path), title=[long[-1], far[-1]])
    plans = ["no scheduler", "StepLR", "CyclicLR"]
    names = [f"{rule}, {plan}" for rule in ("momentum", "Nesterov") for plan in plans]
    titles = [check.plain(ax.get_title(loc="left")) for ax in (axes.T if is_narrow else axes).flat]
    assert all(title.startswith(name) for title, name in zip(titles, names, strict=True))
    check.alternative_text(axes, *data["optimum"], 50, *long, *far)


def losses():
    scales = {"momentum": (1.2, 0.9, 0.6), "nesterov": (0.8, 0.5, 1.0)}
    by_rule = {
        rule: {
            schedule: scale * check.runs(rule, range(11)).train_losses.numpy()
            for scale, schedule in zip(scales[rule], SCHEDULES, strict=True)
        }
        for rule in OPTIMIZERS
    }
    axes = yield {"losses": by_rule}
    ends = []
    for ax, by_schedule in zip(axes, by_rule.values(), strict=True):
        rows = {
            SCHEDULES[schedule]: (f"schedule_{schedule}", losses)
            for schedule, losses in by_schedule.items()
        }
        ends += check.losses_of_seeds(ax, rows, title=[0.5]).values()
    check.alternative_text(axes, 10, 11, 0.8, *ends)


def medians():
    names = {
        **SCHEDULES,
        "rate_only": "rate cycled,\nmomentum fixed",
        "momentum_only": "rate fixed,\nmomentum cycled",
        "lower": "rate fixed,\nmomentum lower",
    }
    random = np.random.default_rng(6)
    far = {rule: {row: random.gamma(2, 0.03, 41) for row in names} for rule in OPTIMIZERS}
    axes = yield {"distances": far}
    for ax, (rule, rows) in zip(axes, far.items(), strict=True):
        dots = {names[row]: (values, OPTIMIZERS[rule]) for row, values in rows.items()}
        check.seeds(ax, dots, bars="ink", x=(0, None))
        best = min(dots, key=lambda name: sorted(dots[name][0])[20])
        title = ax.get_title(loc="left").replace("\n", " ")
        assert title.endswith(f"closest: {best}".replace("\n", " "))
    middles = [sorted(values)[20] for rows in far.values() for values in rows.values()]
    check.alternative_text(axes, 41, *middles)
