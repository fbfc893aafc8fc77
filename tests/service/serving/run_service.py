"""A service process for tests: ``python run_service.py BIND IDLE_EXIT PAINTER DATA KEEP``."""

import functools
import logging
import sys
from pathlib import Path

from geometry.errors import InputError
from service.serving.server import serve

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
bind, idle_exit, painter, data, keep = sys.argv[1:]
announce = functools.partial(print, flush=True)
try:
    serve(bind, float(idle_exit) or None, announce, Path(data), int(keep), painter)
except InputError as error:
    sys.exit(f"{error.code}: {error}")
assert "torch" not in sys.modules, "the server must not wait for torch"
