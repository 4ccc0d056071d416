"""Send several messages over one connection, and see what became of each: against a server of msgcore's own."""

import msgcore
from msgcore import DeliveryRequest, Message, Notify, Unknown
from msgcore.testing.servers import EVERY_EXTENSION, LoopbackSmtpServer


def main() -> None:
    with LoopbackSmtpServer(
        refusals={"nobody@b.test": "550 5.1.1 no such mailbox"}, extensions=EVERY_EXTENSION
    ) as server:
        people = ["bob@b.test", "nobody@b.test", "eve@b.test"]
        letters = [Message(from_="ann@a.test", to=to, subject="Plan", text="By train?") for to in people]
        with msgcore.open_transport(server.url) as transport:
            told = transport.send_all(letters, request=DeliveryRequest(notify=Notify.SUCCESS))
            for number, outcomes in enumerate(told):
                for recipient, outcome in outcomes.items():
                    print(f"letter {number}: {recipient} {outcome}")

            server.cut(at="end of data")  # the connection breaks when the server has all of the message
            outcomes = transport.send(letters[2], check=False)
        if isinstance(outcomes["eve@b.test"], Unknown):
            print("torn: eve@b.test unknown: it may have arrived")

        first = server.received[0].envelope.recipients[0]
        assert first.notify is not None
        print(f"The server took {len(server.received)} messages, the first with NOTIFY={first.notify.name}.")


if __name__ == "__main__":
    main()
