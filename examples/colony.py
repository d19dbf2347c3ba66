"""Counts of an imaginary kittiwake colony, and a model of how it grew.

The numbers are made up, the method is not: this is how a first look at a real colony goes.
Change a count, save, and run the notebook's cells again.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

COUNTS = {
    1992: 118, 1993: 131, 1994: 163, 1995: 190, 1996: 214, 1997: 262, 1998: 301, 1999: 342,
    2000: 398, 2001: 441, 2002: 512, 2003: 549, 2004: 633, 2005: 661, 2006: 748, 2007: 779,
    2008: 856, 2009: 871, 2010: 942, 2011: 958, 2012: 1021, 2013: 1012, 2014: 1068, 2015: 1079,
    2016: 1102, 2017: 1128, 2018: 1119, 2019: 1151, 2020: 1158, 2021: 1149, 2022: 1173, 2023: 1180,
}  # fmt: skip
"""Occupied nests, counted every year in the first week of June."""


@dataclass(frozen=True)
class Growth:
    """Logistic growth: fast while there is room on the cliff, slower as it fills up."""

    capacity: float
    rate: float
    midpoint: float
    """The year in which the colony is half as large as it can become."""

    def nests(self, year: float) -> float:
        return self.capacity / (1 + math.exp(-self.rate * (year - self.midpoint)))


def fit(counts: dict[int, int]) -> Growth:
    """The growth that misses the counts least, found by trying ever finer steps around the best."""
    best = Growth(capacity=1.1 * max(counts.values()), rate=0.2, midpoint=sum(counts) / len(counts))
    steps = (best.capacity / 4, best.rate / 4, 4.0)
    while steps[2] > 0.001:
        nearby = min(neighbours(best, steps), key=lambda growth: squared_error(growth, counts))
        if nearby == best:
            steps = (steps[0] / 2, steps[1] / 2, steps[2] / 2)
        best = nearby
    return best


def neighbours(growth: Growth, steps: tuple[float, float, float]) -> Iterable[Growth]:
    """The growth itself comes first, so that of equally good ones it is the one to stay."""
    for c in (0, -1, 1):
        for r in (0, -1, 1):
            for m in (0, -1, 1):
                yield Growth(
                    capacity=growth.capacity + c * steps[0],
                    rate=growth.rate + r * steps[1],
                    midpoint=growth.midpoint + m * steps[2],
                )


def squared_error(growth: Growth, counts: dict[int, int]) -> float:
    return sum((count - growth.nests(year)) ** 2 for year, count in counts.items())


def typical_error(growth: Growth, counts: dict[int, int]) -> float:
    """How far the model is from a count, as a root mean square."""
    return math.sqrt(squared_error(growth, counts) / len(counts))
