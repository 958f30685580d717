"""Live components, in which readers move starts, settings, data and schedules.

In a kernel they are widgets of anywidget, whose state Python reads and sets; on the page their
scripts run alone. Both run the same modules, in ``lab/`` of the course's repository, whose numbers
equal torch's. Without anywidget a slider stands in; without scripts, a picture.

>>> from helpers import lab
>>> bowl = lab.race("quadratic", condition=50, steps=30)
>>> bowl.start  # the first one
[-1.8, 1.4]
>>> bowl.start = (2, 1)
"""

from helpers.lab._adam import adam
from helpers.lab._average import average
from helpers.lab._map import map  # noqa: A004
from helpers.lab._race import Race, race
from helpers.lab._schedule import schedule
from helpers.lab._stability import stability
from helpers.lab.component import Component

__all__ = ["Component", "Race", "adam", "average", "map", "race", "schedule", "stability"]
