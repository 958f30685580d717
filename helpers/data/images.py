"""Labelled images as a training takes them: split, normalised, tensors on a device."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from helpers import _validate

__all__ = ["Images", "RawImages", "Split", "checked", "prepare", "statistics", "stratified"]


class Split(NamedTuple):
    """One part of the images: ``x, y = images.train``.

    Attributes
    ----------
    x : torch.Tensor
        Shape (n, 1, 28, 28), float32, normalised.
    y : torch.Tensor
        Shape (n,), int64: the index of each image's class.
    """

    x: torch.Tensor
    y: torch.Tensor


@dataclass(frozen=True, eq=False)
class Images:
    """Images in three parts, in the order of their source.

    Attributes
    ----------
    train, validation, test : Split
        All on one device. The test part is the source's own, whatever the split.
    mean, std : float
        Of the training part's pixels, from 0 to 1: x is (pixels − mean) / std. Neither validation
        nor test images count in them.
    classes : tuple of str
        The classes' names.
    source : {"mnist", "digits"}
        Whose images these are; `helpers.figures.canvas.mark_source` writes it into a figure.
    """

    train: Split
    validation: Split
    test: Split
    mean: float
    std: float
    classes: tuple[str, ...]
    source: str

    def pixels(self, x: torch.Tensor) -> torch.Tensor:
        """Undo the normalisation, to draw.

        Parameters
        ----------
        x : torch.Tensor
            Shape (…, 1, 28, 28), as in a `Split`.

        Returns
        -------
        torch.Tensor
            Shape (…, 28, 28): from 0, paper, to 1, ink.

        Raises
        ------
        ValueError
            If ``x`` has another shape.
        """
        if not isinstance(x, torch.Tensor) or x.shape[-3:] != (1, 28, 28):
            got = tuple(x.shape) if isinstance(x, torch.Tensor) else repr(x)
            raise ValueError(f"x must be a tensor of shape (…, 1, 28, 28), got {got}")
        return (x * self.std + self.mean).clamp(0, 1).squeeze(-3)

    def __repr__(self) -> str:
        parts = ("train", "validation", "test")
        counts = ", ".join(f"{part}: {len(getattr(self, part).y):,}" for part in parts)
        return f"Images({self.source}; {counts}; mean={self.mean:.4f}, std={self.std:.4f})"


class RawImages(NamedTuple):
    """Images as their source holds them.

    Attributes
    ----------
    train_x, test_x : numpy.ndarray
        Shape (n, 28, 28), uint8.
    train_y, test_y : numpy.ndarray
        Shape (n,), uint8.
    classes : tuple of str
        The classes' names.
    source : str
        As in `Images`.
    """

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    classes: tuple[str, ...]
    source: str


def checked(
    device: str | torch.device, validation: float, seed: int
) -> tuple[torch.device, float, int]:
    """Return what `prepare` takes, or raise before any image has been fetched.

    Parameters
    ----------
    device : str or torch.device
        Where the images are wanted.
    validation : float
        Share of the training images to put aside, in [0, 1).
    seed : int
        Of the split, at least 0.

    Returns
    -------
    device : torch.device
        One that torch can use here.
    validation : float
        As given.
    seed : int
        As given.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it has to be.
    """
    wanted = f"device must be a device that torch can use here, such as 'cpu', got {device!r}"
    if not isinstance(device, str | torch.device):
        raise TypeError(wanted)
    try:
        place = torch.device(device)
        torch.empty(0, device=place).cpu()
    except (RuntimeError, NotImplementedError, AssertionError):  # each backend has its own
        raise ValueError(wanted) from None
    validation = _validate.number("validation", validation, "[0, 1)")
    return place, validation, _validate.count("seed", seed, at_least=0)


def prepare(raw: RawImages, device: torch.device, validation: float, seed: int) -> Images:
    """Split, normalise and move to ``device``.

    Parameters
    ----------
    raw : RawImages
        The images.
    device : torch.device
        Where they go.
    validation : float
        Share of the training images to put aside, in [0, 1), of each class alike.
    seed : int
        Of that split.

    Returns
    -------
    Images
        In float32, normalised with mean and standard deviation of the images left to train on.

    Raises
    ------
    ValueError
        If ``validation`` is so small or so large that a class would lack in one of the parts.
    """
    aside = stratified(raw.train_y, validation, seed)
    for part in (aside, ~aside) if validation else ():
        if len(np.unique(raw.train_y[part])) < len(raw.classes):
            raise ValueError(
                f"validation must be 0 or leave images of every class on both sides of the split, "
                f"got {validation!r} of {len(aside):,} images"
            )
    parts = {
        "train": (raw.train_x[~aside], raw.train_y[~aside]),
        "validation": (raw.train_x[aside], raw.train_y[aside]),
        "test": (raw.test_x, raw.test_y),
    }
    mean, std = statistics(parts["train"][0])
    splits = {}
    for name, (pixels, labels) in parts.items():
        x = torch.tensor(pixels, device=device).unsqueeze(1).float()
        # In place: the pixels as floats fill 188 MB, and a copy as much again.
        x.div_(255).sub_(mean).div_(std)
        splits[name] = Split(x, torch.tensor(labels, dtype=torch.int64, device=device))
    return Images(**splits, mean=mean, std=std, classes=raw.classes, source=raw.source)


def stratified(labels: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Draw ``share`` of the images, and of each class alike.

    Parameters
    ----------
    labels : numpy.ndarray of int
        Shape (n,).
    share : float
        In [0, 1).
    seed : int
        Of a generator of its own.

    Returns
    -------
    numpy.ndarray of bool
        Shape (n,): round(n · share) are True; of each class, its share rounded up or down.
    """
    classes, sizes = np.unique(labels, return_counts=True)
    exact = sizes * share
    drawn = np.floor(exact).astype(int)
    # Largest remainders first, until the total is right.
    still = round(len(labels) * share) - drawn.sum()
    drawn[np.argsort(drawn - exact, kind="stable")[:still]] += 1
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed)).numpy()
    aside = np.zeros(len(labels), dtype=bool)
    for one, count in zip(classes, drawn, strict=True):
        aside[order[labels[order] == one][:count]] = True
    return aside


def statistics(pixels: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation of uint8 pixels on a scale from 0 to 1, exact to rounding.

    Parameters
    ----------
    pixels : numpy.ndarray
        Any shape, uint8.

    Returns
    -------
    mean : float
        On a scale where 255 is 1.
    std : float
        On the same scale, dividing by the count.

    Examples
    --------
    >>> statistics(np.array([[0, 255]], dtype=np.uint8))
    (0.5, 0.5)
    """
    # How often each of the 256 values occurs; some images at a time, as bincount widens its input.
    chunks = np.array_split(pixels.reshape(-1), max(1, pixels.size // 1_000_000))
    counts = np.sum([np.bincount(chunk, minlength=256) for chunk in chunks], axis=0)
    values = np.arange(256) / 255
    mean = (counts * values).sum() / counts.sum()
    variance = (counts * (values - mean) ** 2).sum() / counts.sum()
    return float(mean), float(np.sqrt(variance))
