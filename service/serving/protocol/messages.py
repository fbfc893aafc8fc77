"""The kinds of messages on the wire: what each carries, and what answers it. The server serves them
all, and docs/protocol.md is written from them. :mod:`service.serving.protocol.wire` puts them into
bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    """One kind of message: what its header and buffers carry, and what answers it."""

    name: str
    purpose: str
    request: Mapping[str, str] = field(default_factory=dict)
    reply: Mapping[str, str] = field(default_factory=dict)
    request_buffers: Mapping[str, str] = field(default_factory=dict)
    reply_buffers: Mapping[str, str] = field(default_factory=dict)


# Every request carries "protocol", "kind" and an "id" of the client's choice (a whole number or
# short text); the reply has the same "id" and "kind", or the kind "error".
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "hello",
            "Open the conversation and compare protocol versions.",
            {"client": "name and version of the client"},
            {
                "service": "version of the service",
                "device": "cpu or cuda:N; 'starting' until the worker has found out",
                "encodings": "[name]: how pictures can be had, see frame",
            },
        ),
        Kind(
            "describe",
            "All that a panel offers: filled from the catalogue, never repeated in a client. "
            "While the worker starts (some seconds) the reply waits for it.",
            reply={
                "groups": "[{name, family, space, orbifold, order, title, colourings_total, "
                "colourings: [{name, colours, images: {generator: [±1, ±2, ±3]}, summary}], "
                "figure}]; the simplest 64 colourings at most, a recipe may name any of them all; "
                "figure, of groups of the sphere: {axes: [[x, y, z, order]], mirrors: [[x, y, z]]: "
                "normals, domain: [[start, along, angle]]: 7 numbers for each side of one "
                "fundamental domain, start·cos t + along·sin t, 0 ≤ t ≤ angle}",
                "styles": "[name]: the exemplars that the service ships",
                "looks": "{style: its picture, 48 × 48 × 3 sRGB bytes, top row first, in base64}",
                "colour_frames": "{style: what its colour rules act on, 3 × 4: logits are these "
                "axes, columns, times a place in the frame, plus the last column}",
                "networks": "[{name, title, available}]; 'auto' is the best of them at hand when a "
                "job begins, which keeps it",
                "qualities": "[{name, title}]",
                "terms": "[{name, setting, title, description, default, least, most, usual, "
                "targets, needs_base}]: the weights in a recipe's objective. setting: the name "
                "among other settings; usual: where a slider ends; targets: those that it means "
                "something to, none for all; needs_base: whether there must be a base",
                "defaults": "the recipe of a job that sets nothing",
                "recipe_schema": "JSON Schema of a recipe",
            },
        ),
        Kind(
            "network",
            "What is in a network: what a recipe's dreams can name. As for 'channel' and 'survey', "
            "a process beside the painting finds the answer, which may take some seconds, and is "
            "kept; a client that has waited long may ask again, with the same id. 64 questions "
            "may wait, then 'queue-full' is the answer.",
            {"network": "its name, as in a recipe; squeezenet, if left out"},
            {
                "network": "its name",
                "layers": "[{name, channels}], in the network's order; channels: their number",
                "classes": "[name], in the order of their indices; none for a network without a "
                "head",
            },
        ),
        Kind(
            "channel",
            "A small picture of what a channel responds to, a pattern that tiles: the same every "
            "time.",
            {
                "network": "as above",
                "layer": "name of a layer",
                "channel": "from 0 on",
                "size": "pixels of its side, 32 to 256; 64, if left out",
            },
            {"network": "as asked", "layer": "as asked", "channel": "as asked"},
            reply_buffers={"pixels": "|u1 (size, size, 3) sRGB, top row first"},
        ),
        Kind(
            "survey",
            "Which channels describe a picture: they respond to it far more strongly than they "
            "usually do.",
            {"network": "as above"},
            {
                "network": "as asked",
                "channels": "[{layer, channel, strength}], the 16 strongest at most, strongest "
                "first; strength: by how many standard deviations the response is above the usual",
                "dreams": "[target], for a recipe: those of a few layers together, to paint what "
                "is like the picture",
            },
            {"picture": "|u1 (H, W, 3) sRGB, top row first, sides of 16 to 1024 pixels"},
        ),
        Kind(
            "submit",
            "Start a job. It runs until it is finished, cancelled or failed. A job that has been "
            "accepted is on the service's disk: it outlives its client, and the service, too.",
            {
                "recipe": "a recipe (recipe_schema); a style source 'buffer:NAME' is a buffer",
                "cameras": "[{matrix_world: 4×4 rows, width, height, lens, sensor_width, "
                "sensor_height, sensor_fit, shift_x, shift_y, pixel_aspect_x, pixel_aspect_y, "
                "kind: PERSP or ORTHO, ortho_scale, clip_start, clip_end}]; "
                "matrix_world is relative to the vertices' frame; "
                "empty: a sphere of views around the mesh",
                "uploads": "[{name, dtype, shape, sha256}], optional: buffers of the job whose "
                "bytes were sent before, see upload",
            },
            {"job": "name of the job"},
            {
                "vertices": "<f4 or <f8 (V, 3), the object's own frame, scale applied",
                "triangles": "<i4 (F, 3), rows of vertices",
                "uvs": "<f4 or <f8 (F, 3, 2), one per triangle corner, v up",
                "occluder_vertices": "<f4 or <f8 (V, 3), optional: other objects, in the same "
                "frame as the vertices; they hide the mesh and are not painted",
                "occluder_triangles": "<i4 (F, 3), rows of occluder_vertices",
                "face_textures": "<i4 (F,), optional: the texture, from 0, that each triangle has; "
                "textures of one size, of base and result, too, lie one below the other",
                "base": "|u1 (H, W, 4) sRGB and alpha, top row first, optional: the colour before, "
                "of a tile one period, of a mesh in its UV layout; (1, 1, 4) is a flat colour, "
                "alpha below 128 a mesh's hole",
                "mask": "|u1 (H, W), top row first, optional: 255 where paint goes, in the UV "
                "layout; elsewhere the base stays",
                "NAME": "|u1 (H, W, 3) sRGB, top row first: a style picture",
            },
        ),
        Kind(
            "have",
            "What is here already of the bytes of some buffers, so that nothing is sent twice.",
            {"digests": "[SHA-256 of a buffer's bytes, 64 hexadecimal digits], 64 at most"},
            {
                "received": "[number of bytes], for each digest: all of them, or the first ones of "
                "an upload that was interrupted; it goes on from there"
            },
        ),
        Kind(
            "upload",
            "Send the bytes of a buffer before the job, or the jobs, that name it in 'uploads': in "
            "chunks of at most 8 MiB, from the first on. What no job names is dropped after an "
            "hour, or sooner if there is much of it; a submit that comes too late is answered with "
            "'unknown-upload'.",
            {
                "sha256": "of all of its bytes, in 64 hexadecimal digits",
                "size": "how many bytes there are in all",
                "offset": "where this chunk begins",
            },
            {
                "received": "how many bytes are here now. A chunk that does not begin where the "
                "last one ended is not taken: go on from here"
            },
            {"data": "|u1 (N,), the chunk"},
        ),
        Kind(
            "frame",
            "One credit: asks for one frame newer than step 'after'. Answered when there is one, "
            "or at once when the job has ended (then without pixels if nothing is newer). A client "
            "has one credit per job: asking again replaces it, and the older request is never "
            "answered. A client that has waited long may ask again, with the same id: that also "
            "mends a lost connection.",
            {
                "job": "name of the job",
                "after": "step of the newest frame at hand, -1 for none",
                "max_size": "longest side wanted, in pixels; 0 for the full size",
                "encoding": "raw, if left out; zlib, jpeg or png for a slow line",
            },
            {
                "job": "name of the job",
                "state": "queued, running, paused, finished, failed or cancelled; who waits when a "
                "job is paused is told so once",
                "progress": "{stage, stages, step, steps, loss: {term: value}, seconds, "
                "seconds_left, megapixels, network: its name} or null before the first step; a "
                "number that is not finite is null",
                "error": "{code, field, message, hint} of a failed job, else null",
                "encoding": "of the picture, if there is one: the one asked for, but png instead "
                "of jpeg where there is alpha, and raw if too many pictures wait to be encoded",
                "shape": "of the picture, [H, W, 3], or [H, W, 4] with alpha",
            },
            reply_buffers={
                "pixels": "|u1 (H, W, 3) sRGB, top row first; of a finished job as its texture",
                "data": "|u1 (N,): instead of pixels, for any encoding but raw; of zlib the "
                "same bytes as pixels",
            },
        ),
        Kind(
            "cancel",
            "End a job without a result. A job that has ended stays as it is.",
            {"job": "name"},
            {"job": "name"},
        ),
        Kind(
            "finish",
            "End a job with the best so far, as if its last step were done; a job that has not "
            "begun or is paused takes one step. A job that has ended stays as it is.",
            {"job": "name"},
            {"job": "name"},
        ),
        Kind(
            "pause",
            "Let a job wait after the step that runs; its checkpoint is written then. A job that "
            "is neither queued nor running stays as it is.",
            {"job": "name"},
            {"job": "name", "state": "as in a frame"},
        ),
        Kind(
            "resume",
            "Let a paused job go on, or try a failed one again: both from the last checkpoint, "
            "when it is their turn. Any other job stays as it is.",
            {"job": "name"},
            {"job": "name", "state": "as in a frame"},
        ),
        Kind(
            "adjust",
            "Change a part of the recipe of a job that is queued, running, paused or failed, from "
            "its next step on. It is checked as a recipe is, and all of it holds or nothing. What "
            "can be changed: objective (all weights), styles and dreams (their weights), colouring "
            "(to a rule that repeats after the same period), style_scale, learning_rate, views, "
            "quality and steps. A job keeps its width until it has taken the new quality's steps "
            "there. What comes after the last step has no effect.",
            {
                "job": "name",
                "changes": "{key: value}, keys such as 'objective.style' or 'styles.0.weight', at "
                "most 64; an object changes what it names, as in {objective: {style: 2}}",
            },
            {"job": "name", "state": "as in a frame", "recipe": "as it is now"},
        ),
        Kind(
            "repaint",
            "Start a job that paints a region of another job's picture anew, with another seed; "
            "the rest, and its images under the symmetry, keep their paint to the bit. The recipe "
            "is that of the other job as it is now, its paint that at the end or at its last "
            "checkpoint.",
            {
                "job": "name of the other job",
                "seed": "of the new job's recipe",
                "uploads": "[{name, dtype, shape, sha256}], optional: the region, if it was "
                "uploaded; over 8 MiB it must be",
            },
            {"job": "name of the new job"},
            {
                "region": "|u1 (H, W), top row first: 255 where to paint anew, in the layout of "
                "the texture of 'result', at any size"
            },
        ),
        Kind(
            "jobs",
            "All jobs that the service knows, oldest first.",
            reply={
                "jobs": "[{job, state, target, group, size, step, steps, age}]; target, group and "
                "size of its recipe; step of steps, or null before the first; age: seconds since "
                "it was submitted"
            },
        ),
        Kind(
            "attach",
            "All about one job, for a client that knows no more than its name: it asks for frames "
            "and the result then as if it had submitted the job.",
            {"job": "name"},
            {
                "job": "name",
                "state": "as in a frame",
                "recipe": "the recipe as it is now, whole",
                "progress": "as in a frame; seen last",
                "error": "as in a frame",
                "warning": "{code, field, message, hint} if the last checkpoint could not be "
                "written or the job is painted with less memory (it goes on), else null",
                "log": "[line]: the last 20 that its worker printed",
            },
        ),
        Kind(
            "forget",
            "Remove a job that has ended, with its result, from the service and its disk.",
            {"job": "name"},
            {"job": "name"},
        ),
        Kind(
            "result",
            "The finished texture. A job that has not finished is answered with an error, a failed "
            "one with its own. The service keeps the jobs that ended last (service serve --keep).",
            {"job": "name"},
            {"job": "name", "receipt": "the receipt, as the command line writes it"},
            reply_buffers={
                "texture": "|u1 (H, W, 3) sRGB, top row first; (H, W, 4) with alpha where parts "
                "are clear: a disc's rim, a cell's surroundings"
            },
        ),
        Kind(
            "heartbeat",
            "Says 'still here', both ways.",
            reply={"jobs": "number of jobs queued or running"},
        ),
    )
}
