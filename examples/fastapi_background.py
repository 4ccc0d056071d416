"""FastAPI: a request submits a mail and is answered at once; the spooler sends it. Needs fastapi and httpx."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI, HTTPException, Request

import msgcore
from msgcore import Message, aio
from msgcore.errors import InvalidAddress
from msgcore.testing.servers import LoopbackSmtpServer

ADMIN = msgcore.ProfileAdmin("profiles")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """One session for the application: what was submitted is on the disk, and is sent also after a crash."""
    async with aio.logon("shop", admin=ADMIN) as session:
        await session.start_spooler()
        app.state.session = session
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/orders", status_code=202)
async def order(request: Request, address: str) -> dict[str, Any]:
    session: aio.Session = request.app.state.session
    try:
        letter = Message(to=address, subject="Your order", text="Thank you.")
        submission = await session.submit(letter)
    except InvalidAddress as error:
        raise HTTPException(422, str(error)) from error
    return {"submission": submission.entry_id.hex()}


@app.get("/orders/{submission}")
async def status(request: Request, submission: str) -> dict[str, str]:
    outcomes = await request.app.state.session.outcomes(bytes.fromhex(submission))
    return {str(recipient.address): type(outcome).__name__ for recipient, outcome in outcomes.items()}


async def main() -> None:
    with LoopbackSmtpServer() as server:
        smtp = {"service": "smtp", "url": server.url, "email": "shop@a.test"}
        ADMIN.create("shop", services=[{"service": "personal-folders", "path": "shop.db"}, smtp], replace=True)
        # Instead of a web server; yours is started by `uvicorn fastapi_background:app`.
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test")
        async with app.router.lifespan_context(app), http:
            print((await http.post("/orders", params={"address": "bob@b@c"})).json())
            answer = await http.post("/orders", params={"address": "bob@b.test"})
            await asyncio.to_thread(server.wait_for, 1)
            print(answer.status_code, "sent to", server.received[0].envelope.recipients[0].email_address)
            await app.state.session.flush_queues()
            print((await http.get(f"/orders/{answer.json()['submission']}")).json())


if __name__ == "__main__":
    for name in ("shop.db", "shop.db-wal", "shop.db-shm"):
        Path(name).unlink(missing_ok=True)
    asyncio.run(main())
