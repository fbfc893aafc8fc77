"""A rank that is not the first: ``python -m service.ranks.follower``, which is told on its standard
input what to paint (:mod:`service.ranks.together`), and ends with the first one."""

from __future__ import annotations

import pickle
import sys

from geometry.errors import InputError
from service.memory import is_out_of_memory
from service.parent import die_with_parent, ignore_stop_signals
from service.ranks.devices import NO_MEMORY, RankLostError


def main() -> None:
    """Paint along, to the end or until the first rank is gone, which says what went wrong: nothing
    but faults of ours is said here."""
    ignore_stop_signals()
    part = pickle.load(sys.stdin.buffer)  # our own parent's
    die_with_parent()
    about = part.devices, part.number, part.folder, part.threads, part.known
    try:
        import torch

        from service.ranks.together import as_rank

        device = torch.device(part.devices[part.number])
        with as_rank(*about) as ranks:
            for _ in part.paint(*part.given, device=device, ranks=ranks, **part.options):
                pass
    except RankLostError:
        sys.exit(1)
    except InputError as error:
        sys.exit(NO_MEMORY if error.code == "too-large" else 1)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        sys.exit(NO_MEMORY)


if __name__ == "__main__":
    main()
