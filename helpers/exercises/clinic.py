"""Exercises of chapter 11: each patient's repaired code is run, and compared with a plain run."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

from helpers import clinic
from helpers.exercises.exercise import FunctionExercise, LinesExercise, NumberExercise


def _repair(
    patient: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], **mistakes: dict[str, Any]
) -> FunctionExercise:
    """Return the exercise to repair a patient: unchanged code is a mistake, and so are others."""
    return FunctionExercise(
        reference=patient,
        arguments=arguments,
        mistakes={
            hint: partial(patient, **options)
            for hint, options in {"sick": {"sick": True}, **mistakes}.items()
        },
    )


# ── Rate and scheduler ────────────────────────────────────────────────────────────────────────────

warm_cosine = _repair(clinic.warm_cosine, [*product((20, 30), (4, 6))], late={"late": True})
updates_counted = _repair(
    clinic.updates_counted,
    [*product((24, 48), (2, 4))],
    every={"every": True},
    both={"every": True, "sick": True},
)
ordered = _repair(clinic.ordered, [*product((5, 8), (0.5, 0.9))])
on_plateau = _repair(
    clinic.on_plateau,
    [
        *product(
            (
                [0.5, 0.6, 0.7, 0.7, 0.7, 0.7, 0.75, 0.75, 0.75, 0.8],
                [0.3, 0.6, 0.5, 0.7, 0.6, 0.65, 0.5, 0.9, 0.9, 0.8],
            ),
            (1, 2),
        )
    ],
    negated={"negated": True},
)
cycled_momentum = _repair(clinic.cycled_momentum, [*product((0.9, 0.8), (10, 20))])
shared_rate = _repair(clinic.shared_rate, [*product((0.1, 0.5), (5, 8))])

# ── Composing and resuming ────────────────────────────────────────────────────────────────────────

nested = _repair(clinic.nested, [*product((3, 5), (2, 4), (12, 16))])
resumed = _repair(clinic.resumed, [*product((20, 30), (3, 12))], unloaded={"unloaded": True})
resumed_by_number = _repair(clinic.resumed_by_number, [*product((20, 30), (3, 12))])
longer_one_cycle = _repair(
    clinic.longer_one_cycle, [*product((20, 40), (4, 8))], patched={"patched": True}
)

# ── Gradients ─────────────────────────────────────────────────────────────────────────────────────

uncleared = _repair(clinic.uncleared, [*product((0.1, 0.5), (6, 10))], early={"early": True})
accumulated = _repair(
    clinic.accumulated,
    [([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],), ([4.0, 0.0, -2.0, 6.0],)],
    added={"added": True},
)
clipped = _repair(
    clinic.clipped, [*product(([3.0, 4.0], [0.6, -0.8]), (1.0, 0.5))], free={"free": True}
)
decayed = _repair(clinic.decayed, [*product((0.1, 0.2), (5, 10))], none={"none": True})

# ── Evaluation and averages ───────────────────────────────────────────────────────────────────────

validated = _repair(clinic.validated, [(0,), (1,)])
after_range_test = _repair(clinic.after_range_test, [(0,), (1,)], buffer={"buffer": True})
ema = NumberExercise(
    # 0.999ⁿ ≤ 0.01
    reference=math.ceil(math.log(0.01) / math.log(0.999)),
    mistakes={
        "time_constant": 1000,
        "ten_percent": math.ceil(math.log(0.1) / math.log(0.999)),
        "decay": math.ceil(math.log(0.01) / math.log(0.99)),
    },
)
best_rate = _repair(
    clinic.best_rate,
    [
        ([[0.5, 0.6, 0.4], [0.2, 0.3, 0.25], [0.01, math.nan, math.nan]],),
        ([[0.3, 0.2, 0.4], [0.6, 0.5, 0.4], [math.nan, 0.1, math.nan]],),
        ([[0.9, 0.8, 0.7], [0.3, 0.2, 0.4], [math.nan, math.nan, 0.5]],),
    ],
)

ward_round = LinesExercise(
    reference={9: "division", 10: "clipping", 14: "batches", 16: "mode"},
    decoys={2: "length", 5: "first_division", 13: "clearing"},
    optional=frozenset({8}),
)
"""Lines of a training loop with several of the faults at once."""
