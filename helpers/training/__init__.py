"""One training loop for any ``nn.Module``, and what is measured with it.

>>> import torch
>>> from torch import nn
>>> from helpers import training
>>> x = torch.linspace(-1, 1, 64)[:, None]
>>> model = nn.Linear(1, 1)
>>> optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
>>> data = x, 2 * x + 1
>>> history = training.fit(model, nn.MSELoss(), optimizer, data, epochs=20, batch_size=16)
>>> history.losses.shape, history.train_losses.shape  # one an update, one an epoch
(torch.Size([80]), torch.Size([20]))
>>> [round(parameter.item(), 3) for parameter in model.parameters()]
[2.0, 1.0]

`fit_runs` trains several equal networks at once; `evaluate`, `predict`, `Record` and `range_test`
measure. Data are a pair of tensors, or a DataLoader.
"""

from helpers.training.evaluate import Evaluation, evaluate, predict
from helpers.training.fit import fit
from helpers.training.history import DivergedError, History
from helpers.training.range_test import RangeTest, range_test
from helpers.training.record import Record
from helpers.training.runs import fit_runs

__all__ = [
    "DivergedError",
    "Evaluation",
    "History",
    "RangeTest",
    "Record",
    "evaluate",
    "fit",
    "fit_runs",
    "predict",
    "range_test",
]
