"""The data of the course: temperatures, a line with noise, handwritten digits.

`mnist` reads MNIST where it lies, or downloads it once into the user's cache; where it cannot be
had, scikit-learn's small digits stand in for it, and its result's ``source`` says so:

>>> from helpers import data
>>> data.temperatures().shape, data.linear_regression().x.shape
((30,), torch.Size([100]))
"""

from helpers.data.download import UnavailableError
from helpers.data.handwritten import digits, mnist
from helpers.data.images import Images, Split
from helpers.data.temperatures import temperatures
from helpers.problems import linear_regression

__all__ = [
    "Images",
    "Split",
    "UnavailableError",
    "digits",
    "linear_regression",
    "mnist",
    "temperatures",
]
