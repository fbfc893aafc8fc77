"""A service process for tests: ``run_service.py SETTINGS``, as JSON."""

import functools
import json
import logging
import sys
from pathlib import Path

from geometry.errors import InputError
from service.serving.server import serve
from service.serving.settings import Settings

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
given = json.loads(sys.argv[1])
given |= {name: Path(given[name]) for name in ("data", "keys") if given.get(name)}
try:
    serve(Settings(**given), functools.partial(print, file=sys.stdout, flush=True))
except InputError as error:
    sys.exit(f"{error.code}: {error}")
assert "torch" not in sys.modules, "the server must not wait for torch"
