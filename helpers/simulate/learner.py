"""The random numbers that a learner's own training loop on the toy draws, seed by seed.

The loop is that of Godoy's chapter 6, with the global random state::

    torch.manual_seed(13)
    train, validation = random_split(dataset, [80, 20])  # `problems.linear_regression` has this
    train_loader = DataLoader(train, batch_size=16, shuffle=True)
    validation_loader = DataLoader(validation, batch_size=16)

    torch.manual_seed(seed)
    model = nn.Linear(1, 1)
    torch.manual_seed(seed)  # once more, where training starts
    for epoch in range(10):
        for x, y in train_loader: ...
        with torch.no_grad():
            for x, y in validation_loader: ...

The pass over the validation data counts: it draws a number, so that without it the second epoch is
shuffled otherwise. The caller's random state is not touched here.
"""

import torch

from helpers import _validate

__all__ = ["batch_order", "starting_point"]


def starting_point(seed: int) -> torch.Tensor:
    """Bias and weight of ``nn.Linear(1, 1)`` made after ``torch.manual_seed(seed)``.

    Parameters
    ----------
    seed : int
        At least 0.

    Returns
    -------
    torch.Tensor
        (b, w), shape (2,), float32.

    Raises
    ------
    TypeError, ValueError
        If ``seed`` is no such number.

    Examples
    --------
    >>> starting_point(42)
    tensor([0.8300, 0.7645])
    """
    generator = _generator(seed)
    # With one input, Kaiming's bound and that of the bias are both 1; the weight is drawn first.
    weight = torch.empty(1, dtype=torch.float32).uniform_(-1, 1, generator=generator)
    bias = torch.empty(1, dtype=torch.float32).uniform_(-1, 1, generator=generator)
    return torch.cat([bias, weight])


def batch_order(seed: int, samples: int, epochs: int) -> torch.Tensor:
    """Order in which a shuffling DataLoader gives the training data, epoch by epoch.

    Parameters
    ----------
    seed : int
        Given to ``torch.manual_seed`` right before training, at least 0.
    samples : int
        How many there are to shuffle.
    epochs : int
        How many times.

    Returns
    -------
    torch.Tensor
        Shape (epochs, samples): indices into the training data.

    Raises
    ------
    TypeError, ValueError
        If an argument is no such number.

    Examples
    --------
    >>> batch_order(seed=42, samples=4, epochs=2).shape
    torch.Size([2, 4])
    """
    generator = _generator(seed)
    samples, epochs = _validate.count("samples", samples), _validate.count("epochs", epochs)
    orders = []
    for _ in range(epochs):
        _draw(generator)  # the training loader's seed for its workers, whether it has any or not
        shuffle = _generator(_draw(generator))
        orders.append(torch.randperm(samples, generator=shuffle))
        _draw(generator)  # the same for the validation loader
    return torch.stack(orders)


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(_validate.count("seed", seed, at_least=0))


def _draw(generator: torch.Generator) -> int:
    return int(torch.empty((), dtype=torch.int64).random_(generator=generator))
