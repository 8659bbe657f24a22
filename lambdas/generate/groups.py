"""Groups of what belongs together: union-find over numbers 0 to count - 1."""

from array import array

import numpy as np
from numpy.typing import NDArray


class Groups:
    """At first each number is a group of its own. Eight bytes for each."""

    def __init__(self, count: int) -> None:
        self._parent = array("q", range(count))

    def join(self, one: int, other: int) -> None:
        """Make one group of the two that these are in; its smallest number names it."""
        first, second = sorted((self._root(one), self._root(other)))
        self._parent[second] = first

    def names(self) -> NDArray[np.int64]:
        """For each number the name of its group."""
        return np.array([self._root(number) for number in range(len(self._parent))], np.int64)

    def _root(self, number: int) -> int:
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number
