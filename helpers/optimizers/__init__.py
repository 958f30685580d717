"""Update rules from scratch, as pure functions, equal to `torch.optim` to rounding.

A rule is a pair of functions. ``init(params)`` gives the state that the rule starts from;
``update(params, gradient, state)`` gives the parameters and the state after one step. Nothing that
the caller passes is modified. Chapters 4 and 5 teach what is computed here.

>>> import torch
>>> from helpers import optimizers
>>> init, update = optimizers.sgd(lr=0.1, momentum=0.9)
>>> params = torch.tensor([1.0, -2.0])
>>> state = init(params)
>>> for _ in range(2):
...     params, state = update(params, params, state)  # the gradient of ½‖θ‖² is θ
>>> params
tensor([ 0.7200, -1.4400])

Many runs go through one call: let ``params`` have shape (runs, …) and give any hyper-parameter as a
tensor of shape (runs,). A keyword of ``update`` replaces a hyper-parameter for that one step, which
is all that a schedule needs:

>>> rates = torch.tensor([0.1, 0.5])
>>> init, update = optimizers.sgd()
>>> params = torch.ones(2, 3)
>>> update(params, params, init(params), lr=rates)[0]
tensor([[0.9000, 0.9000, 0.9000],
        [0.5000, 0.5000, 0.5000]])
"""

from helpers.optimizers.adam_family import AdamState, adam, adamw
from helpers.optimizers.adaptive import AdagradState, RMSpropState, adagrad, rmsprop
from helpers.optimizers.base import Optimizer
from helpers.optimizers.momentum import SGDState, sgd
from helpers.optimizers.nesterov_adam import NAdamState, nadam

__all__ = [
    "AdagradState",
    "AdamState",
    "NAdamState",
    "Optimizer",
    "RMSpropState",
    "SGDState",
    "adagrad",
    "adam",
    "adamw",
    "nadam",
    "rmsprop",
    "sgd",
]
