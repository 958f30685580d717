"""The random numbers that a training loop with a DataLoader draws for the toy, from a seed.

The loop is that of Godoy's chapter 6, with the global random state::

    torch.manual_seed(13)
    train, validation = random_split(dataset, [80, 20])  # as in `problems.linear_regression`
    train_loader = DataLoader(train, batch_size=16, shuffle=True)
    validation_loader = DataLoader(validation, batch_size=16)

    torch.manual_seed(seed)
    model = nn.Linear(1, 1)
    torch.manual_seed(seed)  # again, before training
    for epoch in range(10):
        for x, y in train_loader: ...
        with torch.no_grad():
            for x, y in validation_loader: ...

The pass over the validation data draws a number too: without it the second epoch would be shuffled
differently. The functions below do not change the global random state.
"""

from functools import lru_cache

import torch

from helpers import _validate

__all__ = ["batch_order", "starting_point"]


def starting_point(seed: int) -> torch.Tensor:
    """Bias and weight of ``nn.Linear(1, 1)`` after ``torch.manual_seed(seed)``.

    Parameters
    ----------
    seed : int
        From 0 to 2⁶⁴ − 1.

    Returns
    -------
    torch.Tensor
        (b, w), shape (2,), float32.

    Raises
    ------
    TypeError, ValueError
        If ``seed`` is out of range.

    Examples
    --------
    >>> starting_point(42)
    tensor([0.8300, 0.7645])
    """
    # With one input both are uniform in [−1, 1]; the weight is drawn first.
    draws = torch.rand(2, generator=_generator(seed), dtype=torch.float32, device="cpu")
    return 2 * draws.flip(0) - 1


def batch_order(seed: int, samples: int, epochs: int) -> torch.Tensor:
    """Order in which a DataLoader with ``shuffle=True`` returns the training data.

    Parameters
    ----------
    seed : int
        Argument of ``torch.manual_seed`` right before training, from 0 to 2⁶⁴ − 1.
    samples : int
        Number of samples, at least 1.
    epochs : int
        Number of epochs, at least 1.

    Returns
    -------
    torch.Tensor
        Shape (epochs, samples), int64: indices into the training data.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Examples
    --------
    >>> batch_order(seed=42, samples=4, epochs=2).shape
    torch.Size([2, 4])
    """
    seed = _validate.seed("seed", seed)
    samples = _validate.count("samples", samples, at_most=_validate.MAX_STEPS)
    epochs = _validate.count("epochs", epochs, at_most=_validate.MAX_STEPS)
    return _orders(seed, samples, epochs).clone()


@lru_cache(2048)  # a chapter trains on the same seeds again and again
def _orders(seed: int, samples: int, epochs: int) -> torch.Tensor:
    generator = _generator(seed)
    orders = []
    for _ in range(epochs):
        _draw(generator)  # the training loader draws a seed for its workers, even if it has none
        shuffle = _generator(_draw(generator))
        orders.append(torch.randperm(samples, generator=shuffle, device="cpu"))
        _draw(generator)  # and so does the validation loader
    return torch.stack(orders)


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(_validate.seed("seed", seed))


def _draw(generator: torch.Generator) -> int:
    return int(torch.empty((), dtype=torch.int64, device="cpu").random_(generator=generator))
