"""A rank that is not the first: ``python -m service.ranks.follower``, which is told on its standard
input what to paint (:mod:`service.ranks.together`), and ends with the first one."""

from __future__ import annotations

import pickle
import sys

from service.memory import is_out_of_memory
from service.parent import die_with_parent, ignore_stop_signals
from service.ranks.devices import RankLostError


def main() -> None:
    """Paint along, to the end or until the first rank is gone."""
    ignore_stop_signals()
    part = pickle.load(sys.stdin.buffer)  # our own parent's
    die_with_parent()
    import torch

    from service.ranks.together import NO_MEMORY, as_rank

    about = part.devices, part.number, part.folder, part.threads, part.known
    device = torch.device(part.devices[part.number])
    try:
        with as_rank(*about) as ranks:
            for _ in part.paint(*part.given, device=device, ranks=ranks, **part.options):
                pass
    except RankLostError:
        sys.exit(1)  # the first rank says which
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        sys.exit(NO_MEMORY)


if __name__ == "__main__":
    main()
