"""What the tests of ledgers share."""

import json

import numpy as np

from service.recipe.recipe import Recipe
from service.serving.jobs.job import Fault, Inputs

FAULT = Fault("x", "y", "z", "hint")
TEXTURE = np.random.default_rng(0).integers(0, 256, (5, 7, 4), dtype=np.uint8)


def inputs(size=0):
    buffers = {"a": np.zeros(size, np.uint8)} if size else {}
    return Inputs(Recipe(target="tile", group="p6"), [], buffers)


def names(ledger, state=None):
    return [job.name for job in ledger.all() if state in (None, job.state)]


def files(ledger, job):
    return {path.name for path in ledger.folder(job).path.iterdir()}


def altered(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changes))
