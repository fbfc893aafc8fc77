"""Steps that are recorded and then replayed: on a GPU, as CUDA graphs.

A step launches a thousand kernels from Python, which takes longer than small pictures keep a GPU
busy. Recorded, they are launched at once. Python does not run in a replayed step, so a step that is
recorded follows from its key and from tensors that stay where they are, and reads no value back.
"""

from __future__ import annotations

import functools
import logging
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

log = logging.getLogger(__name__)

T = TypeVar("T")
# Records a step without taking it: what replays it, and what it returned. The tensors in that are
# filled anew by every replay.
Recorder = Callable[[Callable[[], Any]], tuple[Callable[[], None], Any]]

MOST = 32  # recorded steps that are kept
OFTEN = 3  # times that a step is taken before it is recorded, which takes about as long


class Replay(Generic[T]):
    """Takes steps, and records those that come often. recorders: makes what records until all is
    forgotten; None: nothing does."""

    def __init__(self, recorders: Callable[[], Recorder] | None) -> None:
        self._recorders = recorders
        self._recorder: Recorder | None = None
        self._taken: Counter[Hashable] = Counter()
        self._recorded: dict[Hashable, tuple[Callable[[], None], T]] = {}

    def __call__(self, key: Hashable, step: Callable[[], T]) -> T:
        """Take a step. Those of one key are the same but for what is in their tensors. The first
        are taken as they are, and make what is made once, such as transposes and Adam's state. What
        is returned holds until the next step."""
        if self._recorders is None:
            return step()
        if key not in self._recorded:
            if self._taken[key] < OFTEN or len(self._recorded) == MOST:
                self._taken[key] += 1
                return step()
            self._recorder = self._recorder or self._recorders()
            try:
                self._recorded[key] = self._recorder(step)
            except RuntimeError as error:  # what torch raises, also where there is no memory
                self._give_up(error)
                return step()
        replay, found = self._recorded[key]
        replay()
        return found

    def forget(self) -> None:
        """Steps will be others."""
        self._taken.clear()
        self._recorded.clear()
        self._recorder = None

    def _give_up(self, error: RuntimeError) -> None:
        self.forget()
        self._recorders = None
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        log.warning("Steps are not recorded, which is slower and changes nothing else: %s", reason)


def recorders_of(device: torch.device) -> Callable[[], Recorder] | None:
    """What makes recorders of steps on a device, if there are any."""
    return functools.partial(_CudaGraphs, device) if device.type == "cuda" else None


class Reads(TorchDispatchMode):
    """Notes the tensors that operators read and none of them made. A graph knows their addresses
    only: who replays it keeps them, whatever caches they came from."""

    def __init__(self) -> None:
        super().__init__()
        self.tensors: dict[int, Tensor] = {}
        self._made: set[int] = set()  # addresses

    def __torch_dispatch__(
        self, operator: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Call an operator. See torch."""
        found = operator(*args, **(kwargs or {}))
        given = set()
        for x in _tensors((args, kwargs)):
            address = _address(x)
            given.add(address)
            if address not in self._made:
                self.tensors[id(x)] = x
        self._made |= {_address(x) for x in _tensors(found)} - given  # but for views
        return found


def _tensors(values: Any) -> list[Tensor]:
    return [x for x in tree_leaves(values) if isinstance(x, Tensor)]


def _address(x: Tensor) -> int:
    return x.untyped_storage().data_ptr() if x.layout == torch.strided else id(x)


class _CudaGraphs:
    """CUDA graphs that share their memory, which is gone when all of them are: one is replayed at a
    time, and what it returns is read before the next."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._pool = torch.cuda.graph_pool_handle()

    def __call__(self, step: Callable[[], Any]) -> tuple[Callable[[], None], Any]:
        graph = torch.cuda.CUDAGraph()
        stream = torch.cuda.current_stream(self._device)
        # The outer one comes back to the stream of before, also from a recording that fails. Other
        # threads may use the GPU meanwhile.
        with (
            torch.cuda.device(self._device),
            torch.cuda.stream(stream),
            torch.cuda.graph(graph, self._pool, capture_error_mode="thread_local"),
            Reads() as reads,
        ):
            found = step()

        def replay(reads: object = reads.tensors) -> None:  # they live as long as it does
            graph.replay()

        return replay, found
