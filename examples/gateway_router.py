"""A router of gateways: e-mail, fax and short messages by address type, space and cost. Makes its files here."""

from collections.abc import Mapping
from pathlib import Path

import attrs

import msgcore
from msgcore import Accepted, Message, Outcome, Recipient, register_gateway
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.spi import Content, Deadline, Envelope, Runtime


@attrs.frozen
class PrinterConfig:
    """A gateway that writes what it gets into a folder, as a fax server's spool would take it."""

    folder: Path


class Printer:
    config_type = PrinterConfig

    def __init__(self, config: PrinterConfig, runtime: Runtime) -> None:
        self._folder = config.folder

    def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        self._folder.mkdir(exist_ok=True)
        for recipient in envelope.recipients:
            name = f"{recipient.email_address.lstrip('+')}-{envelope.transfer_id}.eml"
            (self._folder / name).write_bytes(content.octets)
        return dict.fromkeys(envelope.recipients, Accepted(text=f"printed into {self._folder.name}"))


register_gateway("printer", Printer)

routes = RouteTable(
    [
        Connector("fax", "printer", [AddressSpace("FAX", "*", 10)], {"folder": "fax"}),
        Connector("fax-abroad", "printer", [AddressSpace("FAX", "+1*", 50)], {"folder": "fax-abroad"}),
        Connector("sms", "printer", [AddressSpace("SMS", "*")], {"folder": "sms"}),
        Connector("mail", "printer", [AddressSpace("SMTP", "*")], {"folder": "mail"}),
    ]
)

for name in ("athena.db", "athena.db-wal", "athena.db-shm"):
    Path(name).unlink(missing_ok=True)
with msgcore.open_organization("sqlite:///athena.db", create=True) as office:
    office.add_mailbox("ann", addresses=["SMTP:ann@athena.test"], exist_ok=True)
    office.set_routes(routes)
    print(office.route("FAX:+1202555").explain())
admin = msgcore.ProfileAdmin("profiles")
admin.create("ann", [{"service": "organization", "url": "sqlite:///athena.db", "mailbox": "ann"}], replace=True)
with msgcore.logon("ann", admin=admin) as session:
    to = ["FAX:+4670", "FAX:+1202555", "SMS:+4671", "bob@b.test"]
    submission = session.submit(Message(to=to, subject="Closed", text="We are closed tomorrow."))
    session.flush_queues()
    for recipient, outcome in session.outcomes(submission).items():
        print(f"{recipient.address.typed}: {outcome}")
print(sorted({path.parent.name for path in Path().glob("*/*.eml")}))
