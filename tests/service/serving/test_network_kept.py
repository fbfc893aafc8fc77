"""A job keeps the network that it began with, whatever weights come to be at hand."""

import dataclasses

import fake_painter
import pytest

from service.recipe.recipe import Recipe
from service.serving.engines.paint_job import paint_job
from service.serving.engines.painter import Attempt
from service.serving.jobs.job import Inputs
from service.serving.jobs.ledger import Ledger


class Told:
    """The worker's end of a channel that says nothing but, after a step, that the job shall rest;
    ``said``: what the worker says."""

    def __init__(self, job):
        self.said, self._orders = [], [{"kind": "pause", "job": job}]

    def send(self, kind, fields, buffers=None):
        self.said.append((kind, fields))

    def pending(self):
        return bool(self._orders) and any(kind == "step" for kind, _ in self.said)

    def receive(self):
        return self._orders.pop(), {}


def painter_whose_best(best, asked):
    """A painter that takes ``best`` for auto; ``asked``: the networks of the recipes it gets."""
    fake = fake_painter.fake_painter()

    def paint(recipe, scene, styles, attempt):
        asked.append(recipe.network)
        network = best if recipe.network == "auto" else recipe.network
        for progress in fake.paint(recipe, scene, styles, attempt):
            yield dataclasses.replace(progress, network=network)

    return dataclasses.replace(fake, paint=paint)


@pytest.fixture
def opened(tmp_path):
    """Opens the same folder again and again, as services do one after another."""
    ledgers = []

    def open_again():
        while ledgers:
            ledgers.pop().close()
        ledgers.append(Ledger(tmp_path / "jobs"))
        return ledgers[-1]

    yield open_again
    ledgers.pop().close()


def begin(ledger, job, best, asked):
    """A worker paints a step of it, says so, and is gone."""
    channel = Told(job.name)
    paint_job(
        channel, painter_whose_best(best, asked), Attempt("cpu"), job.name, ledger.folder(job)
    )
    (step, *_) = [fields for kind, fields in channel.said if kind == "step"]
    ledger.advance(job, step["progress"])


def test_it_goes_on_with_it_in_another_service(opened):
    ledger, asked = opened(), []
    recipe = Recipe(target="tile", group="p6", size=64, steps=40)
    job = ledger.add(Inputs(recipe, [], {}))
    assert job.recipe.network == "auto"
    ledger.start(job)
    begin(ledger, job, "squeezenet", asked)
    assert job.recipe.network == "squeezenet"
    ledger = opened()
    job = ledger.find(job.name)
    assert job.recipe.network == "squeezenet"
    begin(ledger, job, "vgg19", asked)
    assert asked == ["auto", "squeezenet"]
    ledger.adjust(job, {"objective.style": 2})
    assert (job.recipe.network, job.recipe.objective.style) == ("squeezenet", 2)
