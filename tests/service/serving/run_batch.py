"""A batch for tests, with the fake painter: ``run_batch.py OUTPUT ENGINE RECIPES…``. Its last line
says what has come of it."""

import sys
from pathlib import Path

from rich.console import Console

from service.cli.serving.batch import paint_batch
from service.cli.streams import lasting_streams
from service.serving.settings import Settings

output, engine, *recipes = sys.argv[1:]
settings = Settings(Path(output), engine=engine, painter="fake_painter:fake_painter")
with lasting_streams():  # as service.cli.main has them
    tally = paint_batch(recipes, (), Path(output), settings, Console(file=sys.stdout))
    print(len(tally.painted), len(tally.there), len(tally.failed), tally.left)
