"""A service process for tests: ``python run_service.py BIND IDLE_EXIT PAINTER``."""

import logging
import sys

from geometry.errors import InputError
from service.serving.server import serve

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
bind, idle_exit, painter = sys.argv[1:]
try:
    serve(bind, float(idle_exit) or None, lambda line: print(line, flush=True), painter)
except InputError as error:
    sys.exit(f"{error.code}: {error}")
assert "torch" not in sys.modules, "the server must not wait for torch"
