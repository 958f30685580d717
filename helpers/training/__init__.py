"""One training loop for any ``nn.Module``, and what is measured with it.

>>> import torch
>>> from helpers import training
>>> x, model = torch.linspace(-1, 1, 64)[:, None], torch.nn.Linear(1, 1)
>>> optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
>>> history = training.fit(model, torch.nn.MSELoss(), optimizer, (x, 2 * x + 1), epochs=20)
>>> history.losses.shape, history.train_losses.shape  # one an update, one an epoch
(torch.Size([40]), torch.Size([20]))

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
