"""One training loop for any ``nn.Module``: fit, evaluate, record, range test, checkpoints.

>>> import torch
>>> from torch import nn
>>> from helpers import training
>>> x = torch.linspace(-1, 1, 64)[:, None]
>>> model = nn.Linear(1, 1)
>>> optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
>>> history = training.fit(
...     model, nn.MSELoss(), optimizer, train=(x, 2 * x + 1), epochs=20, batch_size=16
... )
>>> history.losses.shape, history.train_losses.shape  # one an update, one an epoch
(torch.Size([80]), torch.Size([20]))
>>> [round(parameter.item(), 3) for parameter in model.parameters()]
[2.0, 1.0]

Data are a pair of tensors, which stay in memory and are shuffled anew each epoch, or a DataLoader.
"""

from helpers.training.evaluate import Evaluation, evaluate, predict
from helpers.training.fit import fit
from helpers.training.history import DivergedError, History
from helpers.training.range_test import RangeTest, range_test
from helpers.training.record import Record
from helpers.training.stopping import EarlyStopping

__all__ = [
    "DivergedError",
    "EarlyStopping",
    "Evaluation",
    "History",
    "RangeTest",
    "Record",
    "evaluate",
    "fit",
    "predict",
    "range_test",
]
