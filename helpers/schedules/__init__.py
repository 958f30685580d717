"""Learning rate schedules in closed form, equal to `torch.optim.lr_scheduler` at every step.

A schedule is a function that returns an array: the learning rates of steps (or epochs) 0, 1, 2, …,
which is what a training loop reads *before* each ``scheduler.step()``. Names, arguments and
defaults are those of torch, in snake case; ``steps`` is the number of rates to return. Where a
scheduler changes the momentum too, a second function returns it: `cyclic_momentum` and
`one_cycle_momentum`.

`warm_up` puts a warm-up before any of them. `trace` returns the rates of any scheduler of torch,
without stepping it.

>>> from helpers import schedules
>>> schedules.step_lr(lr=0.01, step_size=2, steps=5)
array([0.01  , 0.01  , 0.001 , 0.001 , 0.0001])
"""

from helpers.schedules.cosine import cosine_annealing_lr, cosine_annealing_warm_restarts
from helpers.schedules.cyclic import cyclic_lr, cyclic_momentum
from helpers.schedules.decay import exponential_lr, lambda_lr, multi_step_lr, step_lr
from helpers.schedules.one_cycle import one_cycle_lr, one_cycle_momentum
from helpers.schedules.plateau import reduce_lr_on_plateau
from helpers.schedules.ramps import constant_lr, linear_lr, polynomial_lr, warm_up
from helpers.schedules.tracing import trace

__all__ = [
    "constant_lr",
    "cosine_annealing_lr",
    "cosine_annealing_warm_restarts",
    "cyclic_lr",
    "cyclic_momentum",
    "exponential_lr",
    "lambda_lr",
    "linear_lr",
    "multi_step_lr",
    "one_cycle_lr",
    "one_cycle_momentum",
    "polynomial_lr",
    "reduce_lr_on_plateau",
    "step_lr",
    "trace",
    "warm_up",
]
