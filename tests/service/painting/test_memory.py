import errno
import os
import platform
import subprocess
import sys

import numpy as np
import pytest
import torch

from service.memory import is_out_of_memory

TOO_MANY = 1 << 60  # bytes


@pytest.mark.parametrize(
    "allocate",
    [
        lambda: torch.empty(TOO_MANY, dtype=torch.uint8),
        lambda: np.empty(TOO_MANY, np.uint8),
        lambda: bytearray(TOO_MANY),
    ],
)
def test_what_allocators_really_raise_is_recognised(allocate):
    with pytest.raises((RuntimeError, MemoryError)) as caught:
        allocate()
    assert is_out_of_memory(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("MPS backend out of memory (MPS allocated: 5.00 GB)"),
        ImportError("libtorch_cpu.so: failed to map segment from shared object"),
        OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
    ],
)
def test_other_devices_words_are_recognised(error):
    assert is_out_of_memory(error)


def test_what_lies_behind_an_error_counts():
    """Warp says no more than that its library did not load."""
    with pytest.raises(RuntimeError) as caught:
        try:
            raise OSError("warp.so: failed to map segment from shared object")
        except OSError as error:
            raise RuntimeError("Failed to load the shared library") from error
    assert is_out_of_memory(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("mat1 and mat2 shapes"),
        ValueError("bad_alloc"),
        ImportError("No module named torch"),
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    ],
)
def test_other_errors_are_not(error):
    assert not is_out_of_memory(error)


_AGAIN = """
import resource
from service.memory import give_back, keep_freed, return_freed

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    bytearray(b"x") * (1 << 27)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

anew = faults() and faults()
keep_freed()
faults()
kept = faults()
give_back()
once = faults()
again = faults()
return_freed()
faults()
print(anew, kept, once, again, faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only that C library is told")
def test_what_was_freed_is_there_again_until_it_is_returned():
    run = subprocess.run([sys.executable, "-c", _AGAIN], capture_output=True, text=True, check=True)
    anew, kept, once, again, returned = map(int, run.stdout.split())
    assert max(kept, again) < min(anew, once, returned) / 10
