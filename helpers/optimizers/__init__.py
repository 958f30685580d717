"""Update rules as pairs of pure functions, equal to `torch.optim` up to rounding.

``init(params)`` returns the initial state of a rule; ``update(params, gradient, state)`` returns
the parameters and the state after one step. Neither modifies its arguments. Chapters 4 to 6 and 10
explain the rules. `ForTorch` makes of a rule an optimizer of torch.

>>> import torch
>>> from helpers import optimizers
>>> init, update = optimizers.sgd(lr=0.1, momentum=0.9)
>>> params = torch.tensor([1.0, -2.0])
>>> state = init(params)
>>> for _ in range(2):
...     params, state = update(params, params, state)  # the gradient of ½‖θ‖² is θ
>>> params
tensor([ 0.7200, -1.4400])

To compute many runs at once, pass ``params`` of shape (runs, …) and any hyper-parameter as a tensor
of shape (runs,). To follow a schedule, pass a hyper-parameter to ``update``, which uses it in that
step only:

>>> rates = torch.tensor([0.1, 0.5])
>>> init, update = optimizers.sgd()
>>> params = torch.ones(2, 3)
>>> update(params, params, init(params), lr=rates)[0]
tensor([[0.9000, 0.9000, 0.9000],
        [0.5000, 0.5000, 0.5000]])
"""

from helpers.optimizers.adam_family import AdamState, adam, adamw
from helpers.optimizers.adapter import ForTorch
from helpers.optimizers.adaptive import AdagradState, RMSpropState, adagrad, rmsprop
from helpers.optimizers.base import Optimizer
from helpers.optimizers.factored import AdafactorState, adafactor
from helpers.optimizers.matrices import MuonState, muon, orthogonalize
from helpers.optimizers.momentum import SGDState, sgd
from helpers.optimizers.nesterov_adam import NAdamState, nadam
from helpers.optimizers.schedule_free import (
    ScheduleFreeState,
    schedule_free_adamw,
    schedule_free_sgd,
)
from helpers.optimizers.sign import LionState, lion

__all__ = [
    "AdafactorState",
    "AdagradState",
    "AdamState",
    "ForTorch",
    "LionState",
    "MuonState",
    "NAdamState",
    "Optimizer",
    "RMSpropState",
    "SGDState",
    "ScheduleFreeState",
    "adafactor",
    "adagrad",
    "adam",
    "adamw",
    "lion",
    "muon",
    "nadam",
    "orthogonalize",
    "rmsprop",
    "schedule_free_adamw",
    "schedule_free_sgd",
    "sgd",
]
