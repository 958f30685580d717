"""What the chapters say and data could refute: tried on fresh seeds and neighbouring settings."""

from typing import Any

import pytest


def neighbours(names: str, first: Any, *others: Any) -> pytest.MarkDecorator:
    """Try a claim at a setting, and where there is time (`make claims`) at its neighbours too."""
    single = "," not in names
    slow = [pytest.param(*([one] if single else one), marks=pytest.mark.slow) for one in others]
    return pytest.mark.parametrize(names, [first, *slow])
