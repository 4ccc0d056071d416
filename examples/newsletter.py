"""A newsletter: one letter each, over few connections, and what became of it, against a server of its own."""

import csv
from collections.abc import Iterator
from io import StringIO

import msgcore
from msgcore import Accepted, Deferred, Message, Refused
from msgcore.testing.servers import LoopbackSmtpServer

READERS = """\
address,name
bob@b.test,Bob
carol@c.test,Carol
gone@c.test,Gregor
dan@d.test,Dan
"""


def letters() -> Iterator[Message]:
    for reader in csv.DictReader(StringIO(READERS)):
        yield Message(
            from_="News <news@a.test>",
            to=f"{reader['name']} <{reader['address']}>",
            subject="What is new",
            html=f"<p>Dear {reader['name']},<p>all is well.",
            headers=[("List-Unsubscribe", f"<mailto:leave@a.test?subject={reader['address']}>")],
        )


def main() -> None:
    delivered: list[str] = []
    remove: list[str] = []
    again: list[Message] = []
    refusals = {"gone@c.test": "550 5.1.1 no such mailbox", "dan@d.test": "451 4.7.1 come again later"}
    with LoopbackSmtpServer(refusals=refusals) as server, msgcore.open_transport(server.url) as transport:
        for letter, outcomes in zip(letters(), transport.send_all(letters()), strict=True):
            for recipient, outcome in outcomes.items():
                match outcome:
                    case Accepted():
                        delivered.append(recipient.email_address)
                    case Refused():
                        remove.append(recipient.email_address)
                    case Deferred():
                        again.append(letter)
                    case _:  # unknown: it may have arrived, and better not twice
                        delivered.append(recipient.email_address)
                print(f"{recipient.email_address}: {outcome}")
    print("delivered:", delivered)
    print("take off the list:", remove)
    print("send again later:", [letter.to[0].email_address for letter in again])


if __name__ == "__main__":
    main()
