"""How long tests wait for what should come: long, longer on a machine that is busy, and not for
ever."""

import contextlib
import os
import threading

PATIENCE = 120.0  # seconds; where many programs want the cores, as many times these


def crowd():
    """How many programs want each core: what takes a second alone takes as many; at least 1."""
    return max(1.0, os.getloadavg()[0] / os.cpu_count())


@contextlib.contextmanager
def limited(process):
    """Kills a process with which something takes too long, or fails: nothing waits for it for
    ever, and it is not left behind."""
    timer = threading.Timer(PATIENCE * crowd(), process.kill)
    timer.start()
    try:
        yield
    except BaseException:
        process.kill()
        raise
    finally:
        timer.cancel()
