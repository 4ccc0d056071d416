"""The asyncio twin of two_mailboxes.py. Makes its files in the current folder."""

import asyncio

import msgcore
from msgcore import Message, aio
from msgcore.props import PidTagSubject

DATABASE = "sqlite:///athena.db"


async def main() -> None:
    async with aio.open_organization(DATABASE, create=True) as organization:
        for name in ("ann", "bob"):
            await organization.add_mailbox(name, addresses=[f"SMTP:{name}@athena.test"], exist_ok=True)

    admin = msgcore.ProfileAdmin("profiles")
    for name in ("ann", "bob"):
        admin.create(name, services=[{"service": "organization", "url": DATABASE, "mailbox": name}], replace=True)

    async with aio.logon("ann", admin=admin) as session:
        submission = await session.submit(Message(to="bob@athena.test", subject="Report", html="<p>All is well."))
        await session.flush_queues(timeout_seconds=60)
        print(await session.outcomes(submission))

    async with aio.logon("bob", admin=admin) as session:
        where = PidTagSubject.contains("report", ignore_case=True)
        for item in await session.inbox.messages(where, newest_first=True, limit=50):
            letter = await item.load()
            print(f"{letter.from_}: {item.subject}: {letter.text}")


asyncio.run(main())
