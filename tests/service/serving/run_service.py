"""A service process for tests: ``run_service.py BIND IDLE_EXIT PAINTER DATA KEEP [KEYS]``."""

import functools
import logging
import sys
from pathlib import Path

from geometry.errors import InputError
from service.serving.server import serve

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
bind, idle_exit, painter, data, keep, *keys = sys.argv[1:]
announce = functools.partial(print, flush=True)
folder = Path(keys[0]) if keys else None
try:
    serve(bind, float(idle_exit) or None, announce, Path(data), int(keep), painter, folder)
except InputError as error:
    sys.exit(f"{error.code}: {error}")
assert "torch" not in sys.modules, "the server must not wait for torch"
