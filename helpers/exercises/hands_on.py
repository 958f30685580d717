"""Exercises of chapter 8: hands-on."""

import itertools
from collections.abc import Sequence
from typing import Any

from helpers.exercises.verdict import Verdict, judge_function, judge_lines, judge_number

__all__ = ["EXERCISES"]


def _parameters(*widths: int, bias: bool = True) -> int:
    """How many numbers an MLP of these widths learns."""
    return sum((inputs + bias) * outputs for inputs, outputs in itertools.pairwise(widths))


def parameters(answer: Any) -> Verdict:
    """Parameters of an MLP 784-256-64-10."""
    return judge_number(
        "hands_on_parameters",
        answer,
        wanted=_parameters(784, 256, 64, 10),
        mistakes={
            "no_bias": _parameters(784, 256, 64, 10, bias=False),
            "first_layer": _parameters(784, 256),
            "skipped": _parameters(784, 256, 10),
            "image": _parameters(28, 256, 64, 10),
        },
    )


def epoch_loss(answer: Any) -> Verdict:
    """Loss of an epoch from those of its mini-batches and their sizes."""

    def total(losses: Sequence[float], sizes: Sequence[int]) -> float:
        return sum(loss * size for loss, size in zip(losses, sizes, strict=True))

    return judge_function(
        "hands_on_epoch_loss",
        answer,
        reference=lambda losses, sizes: total(losses, sizes) / sum(sizes),
        arguments=[([0.5, 0.25, 2.0], [32, 32, 16]), ([1.0, 3.0], [32, 1]), ([0.7], [5])],
        mistakes={
            "last": lambda losses, sizes: losses[-1],
            "unweighted": lambda losses, sizes: sum(losses) / len(losses),
            "total": total,
        },
    )


def early_stopping(answer: Any) -> Verdict:
    """Epochs that are trained until early stopping stops, or until there are no more."""

    def stop(losses: Sequence[float], patience: int, late: int = 0, to_best: bool = True) -> int:
        best, waited = float("inf"), 0
        for epoch, loss in enumerate(losses, start=1):
            waited = 0 if loss < best else waited + 1
            best = min(best, loss) if to_best else loss
            if waited == patience + late:
                return epoch
        return len(losses)

    def best(losses: Sequence[float], patience: int) -> int:
        trained = losses[: stop(losses, patience)]
        return trained.index(min(trained)) + 1

    def in_all(losses: Sequence[float], patience: int) -> int:
        lowest, bad = float("inf"), 0
        for epoch, loss in enumerate(losses, start=1):
            bad += loss >= lowest
            lowest = min(lowest, loss)
            if bad == patience:
                return epoch
        return len(losses)

    return judge_function(
        "hands_on_early_stopping",
        answer,
        reference=stop,
        arguments=[
            ([0.9, 0.5, 0.6, 0.4, 0.7, 0.5, 0.6, 0.8, 0.9], 2),
            ([0.5, 0.3, 0.4, 0.35, 0.34, 0.33, 0.2, 0.1], 3),
            ([0.9, 0.5, 0.6, 0.4, 0.5, 0.3, 0.4], 2),
            ([0.3, 0.2, 0.2, 0.2, 0.1], 1),
        ],
        mistakes={
            "best": best,
            "late": lambda losses, patience: stop(losses, patience, late=1),
            "in_all": in_all,
            "previous": lambda losses, patience: stop(losses, patience, to_best=False),
        },
    )


def faults(answer: Any) -> Verdict:
    """Lines of a training loop that do not do what they seem to."""
    return judge_lines(
        "hands_on_faults",
        answer,
        faults={2: "dictionary", 16: "rate", 17: "loss", 18: "mode"},
        sound={10: "clearing", 15: "scheduler"},
        either={13},
    )


EXERCISES = {
    "hands_on_parameters": parameters,
    "hands_on_epoch_loss": epoch_loss,
    "hands_on_early_stopping": early_stopping,
    "hands_on_faults": faults,
}
