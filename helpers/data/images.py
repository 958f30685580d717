"""Labelled images for training: split, normalised, as tensors on a device."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from helpers import _validate
from helpers._identity import by_identity
from helpers.mnist_files import RawImages

__all__ = ["Images", "Split"]

CLASSES = tuple("0123456789")


@by_identity
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
        All on one device. The test part does not depend on the split.
    mean, std : float
        Of the training part's pixels, which range from 0 to 1: x is (pixels − mean) / std.
    classes : tuple of str
        Names of the classes.
    source : {"mnist", "digits"}
        The data set; `helpers.figures.canvas.mark_source` writes it into a figure.
    """

    train: Split
    validation: Split
    test: Split
    mean: float
    std: float
    classes: tuple[str, ...]
    source: str

    def pixels(self, x: torch.Tensor) -> torch.Tensor:
        """Undo the normalisation, to draw images.

        Parameters
        ----------
        x : torch.Tensor
            Shape (…, 1, 28, 28), as in a `Split`.

        Returns
        -------
        torch.Tensor
            Shape (…, 28, 28), from 0 (paper) to 1 (ink).

        Raises
        ------
        TypeError, ValueError
            If ``x`` is not a tensor of floats of such a shape.
        """
        if _validate.tensor("x", x).shape[-3:] != (1, 28, 28):
            raise ValueError(f"x must be of shape (…, 1, 28, 28), got {tuple(x.shape)}")
        return (x * self.std + self.mean).clamp(0, 1).squeeze(-3)

    def __repr__(self) -> str:
        parts = ("train", "validation", "test")
        counts = ", ".join(f"{part}: {len(getattr(self, part).y):,}" for part in parts)
        return f"Images({self.source}; {counts}; mean={self.mean:.4f}, std={self.std:.4f})"


def validate(
    device: str | torch.device, validation: float, seed: int
) -> tuple[torch.device, float, int]:
    """Return the arguments of `prepare`, checked before anything is downloaded."""
    expected = "device must be a device that torch can use here, such as 'cpu'"
    message = f"{expected}, got {_validate.shown(device)}"
    if not isinstance(device, str | torch.device):
        raise TypeError(message)
    try:
        torch.empty(0, device=device).cpu()
    except (RuntimeError, NotImplementedError, AssertionError):  # each backend has its own
        raise ValueError(message) from None
    return (
        torch.device(device),
        _validate.number("validation", validation, "[0, 1)"),
        _validate.count("seed", seed, at_least=0),
    )


def prepare(raw: RawImages, device: torch.device, validation: float, seed: int) -> Images:
    """Split images, normalise them and move them to a device.

    ``validation`` is the share of the training images to set aside, in [0, 1); ``seed`` decides
    which. The training part's mean and standard deviation normalise all parts.
    """
    aside = stratified(raw.train_y, validation, seed)
    for part in (aside, ~aside) if validation else ():
        if len(np.unique(raw.train_y[part])) < len(CLASSES):
            raise ValueError(
                f"validation must be 0 or leave images of every class on both sides of the split, "
                f"got {validation!r} of {len(aside):,} images"
            )
    parts = {
        "train": (raw.train_x[~aside], raw.train_y[~aside]),
        "validation": (raw.train_x[aside], raw.train_y[aside]),
        "test": (raw.test_x, raw.test_y),
    }
    mean, std = _mean_and_std(parts["train"][0])
    splits = {}
    for name, (pixels, labels) in parts.items():
        x = torch.tensor(pixels, device=device).unsqueeze(1).float()
        x.div_(255).sub_(mean).div_(std)  # in place: each copy of MNIST takes 188 MB
        splits[name] = Split(x, torch.tensor(labels, dtype=torch.int64, device=device))
    return Images(**splits, mean=mean, std=std, classes=CLASSES, source=raw.source)


def stratified(labels: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Draw a share of the images at random, the same share of each class.

    Returns a mask: round(n · share) images in total; of each class, its share rounded up or down.
    """
    classes, sizes = np.unique(labels, return_counts=True)
    exact = sizes * share
    counts = np.floor(exact).astype(int)
    # Round up the largest remainders until the total is right.
    missing = round(len(labels) * share) - counts.sum()
    counts[np.argsort(counts - exact, kind="stable")[:missing]] += 1
    random = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(labels), generator=random, device="cpu").numpy()
    drawn = np.zeros(len(labels), dtype=bool)
    for label, count in zip(classes, counts, strict=True):
        drawn[order[labels[order] == label][:count]] = True
    return drawn


def _mean_and_std(pixels: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation of uint8 pixels, scaled to [0, 1]."""
    # From the histogram, which is exact; in chunks, because bincount converts its input to int64.
    chunks = np.array_split(pixels.reshape(-1), max(1, pixels.size // 1_000_000))
    counts = np.sum([np.bincount(chunk, minlength=256) for chunk in chunks], axis=0)
    values = np.arange(256) / 255
    mean = (counts * values).sum() / counts.sum()
    variance = (counts * (values - mean) ** 2).sum() / counts.sum()
    return float(mean), float(np.sqrt(variance))
