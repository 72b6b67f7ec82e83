"""Models as a user would write them, for tests."""

import ctypes
import faulthandler
import os
import resource
import sys
import time

import numpy as np
import psutil


class Flat:
    """Fits the protocol and no more: mean and standard deviation of a series."""

    def fit(self, x, y):
        return self

    def encode(self, x):
        return np.stack([x.mean((1, 2)), x.std((1, 2))], 1)


class Echo(Flat):
    """Draws training series again."""

    def __init__(self, seed=0):
        self.seed = seed

    def fit(self, x, y):
        self.x, self.y = x, y
        return self

    def sample(self, n, y=None):
        rng = np.random.default_rng(self.seed)
        if y is None:
            return self.x[rng.integers(len(self.x), size=n)]
        return np.stack([self.x[rng.choice(np.flatnonzero(self.y == label))] for label in y])

    def reconstruct(self, x):
        return x


class Raises(Flat):
    def fit(self, x, y):
        raise RuntimeError("no luck\ntoday")


class Dies(Flat):
    def fit(self, x, y):
        os._exit(3)


class GivesNaN(Flat):
    def encode(self, x):
        return np.full((len(x), 2), np.nan)


class NoEncode:
    def fit(self, x, y):
        return self


class NoFit:
    def encode(self, x):
        return x


class WantsMore(Flat):
    def __init__(self, more):
        pass


class RaisesWhenMade(Flat):
    def __init__(self, seed=0):
        self.size = len(seed)


class Codes(Flat):
    """Rounds the mean of a series to one of as many codes as `fit` finds."""

    def fit(self, x, y):
        self.n_codes = 4
        return self

    def encode_continuous(self, x):
        return self.encode(x)

    def encode_tokens(self, x):
        return np.arange(len(x))[:, None] % 4


class Segfaults(Flat):
    def fit(self, x, y):
        faulthandler.disable()
        ctypes.string_at(0)


class Hangs(Flat):
    def fit(self, x, y):
        time.sleep(600)


class Eats(Flat):
    """Allocates until the limit of this process."""

    def fit(self, x, y):
        before = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + 300 * 2**20, before[1]))
        try:
            self.eaten = [np.ones(2**22) for _ in range(1000)]
        finally:
            resource.setrlimit(resource.RLIMIT_AS, before)


class Slow(Flat):
    """Takes a second."""

    def fit(self, x, y):
        time.sleep(1)
        return self


class Empty(Flat):
    """Nothing to train, next to nothing to score."""

    def reconstruct(self, x):
        return x


class Segments(Flat):
    """Means of so many parts of a series, in the order that a list gives; the list is used up."""

    def __init__(self, parts, order=None, seed=0):
        self.parts, self.order, self.seed = parts, order, seed

    def encode(self, x):
        means = np.stack([part.mean((1, 2)) for part in np.array_split(x, self.parts, axis=-1)], 1)
        return means if self.order is None else means[:, [self.order.pop() for _ in range(len(self.order))]]


class Chatty(Flat):
    """Prints more than a stream keeps back, and letters that not every one has."""

    def fit(self, x, y):
        print("é" * 50_000, flush=True)
        print("é", file=sys.stderr, flush=True)
        return self


class Leaves(Flat):
    def fit(self, x, y):
        sys.exit("I leave")


class LeavesWhenMade(Flat):
    def __init__(self):
        sys.exit("I leave")
