"""How much a service takes where the person who starts it says nothing else, and the least and the
most that can be said."""

from __future__ import annotations

from service.serving.protocol.wire import LIMITS

MAX_MESSAGE_BYTES = LIMITS.total_bytes
MESSAGE_BOUNDS = 16 << 20, 1 << 36  # from below: a chunk of an upload must pass
MAX_INPUT_BYTES = 8 << 30  # of the jobs that may go on; what several share counts once
INPUT_BOUNDS = 1 << 24, 1 << 47
MAX_JOB_BYTES = 1 << 30  # of the inputs of one job
# Pixels across: checkpoints of larger ones are 13 GB, and results hardly a message.
MAX_JOB_SIZE = 8192
MAX_STEERING_BYTES = 1 << 18  # of a job's adjustments as JSON: its receipt has them in a header
MAX_JOBS = 1024  # that have not ended
JOB_BOUNDS = 1, 4096  # a list of so many, and of as many kept ones, still fits into a header
KEPT_ENDED = 64
MAX_KEPT = 1024
PATIENCE = 900.0  # seconds; a stage of a mesh of millions of triangles takes minutes
UNREAD_BYTES = 32 << 20  # of replies that wait for one client; then it is sent no more for a while
