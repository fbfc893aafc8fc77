import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Small pictures gain nothing from more threads, which on a busy machine wait for each other:
    measured, 45 times as long."""
    torch.set_num_threads(1)
