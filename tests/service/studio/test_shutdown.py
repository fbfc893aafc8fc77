"""The studio's end while somebody waits: a real server, and work that takes long."""

import asyncio
import threading

import uvicorn
from anyio import to_thread
from starlette.responses import PlainTextResponse

from service.studio.shutdown import GracefulShutdown


async def answers(app):
    """What two requests are answered, one at "/slow", when the server ends while they run."""
    graceful = GracefulShutdown(app)
    config = uvicorn.Config(graceful, port=0, lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]

    async def ask(path):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nhost: here\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return answer.decode()

    asked = [asyncio.ensure_future(ask(path)) for path in ("/slow", "/begun")]
    while len(app.running) < 2:
        await asyncio.sleep(0.01)
    server.should_exit = True
    graceful.let_go()
    await serving
    return await asyncio.gather(*asked)


class Work:
    """Something slow in a thread, as a preview is drawn, and an answer that has begun."""

    def __init__(self):
        self.running, self.drawn = set(), threading.Event()

    async def __call__(self, scope, receive, send):
        if scope["path"] == "/begun":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"one ", "more_body": True})
            self.running.add(scope["path"])
            await asyncio.sleep(0.3)
            await send({"type": "http.response.body", "body": b"two"})
            return
        self.running.add(scope["path"])
        await to_thread.run_sync(self.drawn.wait)
        await PlainTextResponse("drawn")(scope, receive, send)


def test_who_waits_is_answered_and_what_has_begun_is_sent(caplog):
    work = Work()
    try:
        slow, begun = asyncio.run(asyncio.wait_for(answers(work), 60))
    finally:
        work.drawn.set()
    assert slow.startswith("HTTP/1.1 503 ")
    assert begun.startswith("HTTP/1.1 200 ") and "one " in begun and "two" in begun
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
