"""Figures of training runs that several chapters share."""

from tests.figure_cases import check

NAMES = {"sgd": "SGD", "nesterov": "Nesterov", "adam": "Adam"}


def losses():
    runs = {rule: check.runs(rule, range(11)) for rule in NAMES}
    train = {rule: run.train_losses.numpy() for rule, run in runs.items()}
    validation = {rule: run.validation_losses.numpy()[::-1].copy() for rule, run in runs.items()}
    validation["sgd"] = 0.01 * validation["sgd"]
    axes = yield {"train": train, "validation": validation}
    ends = []
    for ax, by_rule in zip(axes, (train, validation), strict=True):
        rows = {NAMES[rule]: (rule, losses) for rule, losses in by_rule.items()}
        last = check.losses_of_seeds(ax, rows)
        assert f"{min(last, key=last.get)} ends lowest" in check.plain(ax.get_title(loc="left"))
        ends += last.values()
    check.alternative_text(axes, 11, 0.8, 10, *ends)
