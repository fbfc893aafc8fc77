"""Whether there is memory to begin with, how an exception that means "out of memory" is told from
others, and what becomes of memory that is free. No torch in here."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
from collections.abc import Iterator

# torch has a class of its own for GPUs and a plain RuntimeError for the CPU; Warp, cuDNN, C++'s
# allocator, the system and what loads libraries have only words
_WORDS = (
    "allocate memory",
    "out of memory",
    "not enough memory",
    "failed to allocate",
    "alloc_failed",
    "bad_alloc",
    "failed to map segment",
)

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt, in malloc.h
_FROM_THE_HEAP = 1 << 30  # bytes of a block
_USUAL = 32 << 20  # where the C library ends by itself
MORE_MEMORY = "Close other programs, or raise the limit (ulimit -v)."
_TO_START = 512 << 20  # bytes that Python, NumPy and SciPy ask for, and some


def check_room_to_start() -> None:
    """Raise MemoryError where a process may not have what our libraries ask for at first. To be
    called before they are imported: OpenBLAS tries for ever where it is given nothing
    (blas_memory_alloc), and others crash."""
    try:
        mmap.mmap(-1, _TO_START).close()  # asked for, not touched: this takes nothing
    except OSError as error:
        raise MemoryError(str(error)) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory, of the machine or of its accelerator, was not enough, for what was done or
    for a library that it needs."""
    return any(map(_says_so, _with_causes(error)))


def _says_so(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    wordy = isinstance(error, RuntimeError | ImportError | OSError)
    return wordy and any(words in text for words in _WORDS)


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def keep_freed() -> None:
    """Keep what is free for what is asked for next, as steps want it. The C library of Linux
    asks the system for every block over 32 MB anew, which clears all of it: a fifth of the steps of
    large pictures (docs/benchmarks.md)."""
    _keep(_FROM_THE_HEAP)


def return_freed() -> None:
    """Give the system what is free, and from now on all that becomes so, as making a picture wants
    it: what it asks for is large, and never the same."""
    _keep(_USUAL)
    give_back()


def _keep(most: int) -> None:
    with contextlib.suppress(OSError, AttributeError, TypeError):  # other C libraries
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, most)
        library.mallopt(_TRIM_THRESHOLD, most)


def give_back() -> None:
    """Give the system what is free. The C library of Linux keeps what lies between blocks in use,
    and of every thread: of maps that are made and forgotten several times what they take."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # other C libraries
        ctypes.CDLL(None).malloc_trim(0)
