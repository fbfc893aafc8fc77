"""A service process for tests: ``python run_service.py BIND IDLE_EXIT PAINTER [KEYS]``."""

import logging
import sys
from pathlib import Path

from geometry.errors import InputError
from service.serving.server import serve

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
bind, idle_exit, painter, *keys = sys.argv[1:]
keys = Path(keys[0]) if keys else None
try:
    serve(bind, float(idle_exit) or None, lambda line: print(line, flush=True), painter, keys)
except InputError as error:
    sys.exit(f"{error.code}: {error}")
assert "torch" not in sys.modules, "the server must not wait for torch"
