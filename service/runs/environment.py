"""What a painting was painted with and on: enough to know why another machine's is another."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from service.reporting.receipt import device_of, versions

if TYPE_CHECKING:
    from service.painting.progress import Progress


def environment(now: Progress) -> dict[str, str]:
    """Versions, machine and threads, by their names. ``now``: any step of the painting."""
    torch = sys.modules.get("torch")  # a painter may do without
    name = {"name": now.device, "title": platform.machine()}
    device = name if torch is None else device_of(now.device)
    return {
        **versions(),
        "pillow": version("pillow"),
        "system": platform.platform(),
        "processors": str(os.cpu_count() or "unknown"),
        **({} if torch is None else {"threads": str(torch.get_num_threads())}),
        "device": f"{device['name']} ({device['title']})",
        "network": now.network,
        "precision": now.precision,
    }
