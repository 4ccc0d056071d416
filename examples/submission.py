"""Where users submit their mail: they log in with a password, over TLS. Makes its files in the current folder."""

import subprocess
from pathlib import Path

import msgcore
from msgcore import Message
from msgcore.errors import NotAccepted
from msgcore.mta import AddressSpace, Connector, ListenerSettings, ListenOn, RouteTable
from msgcore.runtime import TlsServerSettings

ask = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
subprocess.run([*ask.split(), "-keyout", "mail.key", "-out", "mail.pem"], check=True, capture_output=True)
certificate = TlsServerSettings(Path("mail.pem"), Path("mail.key"))
Path("password.txt").write_text("open sesame\n")
Path("password.txt").chmod(0o600)

with msgcore.open_organization("sqlite:///athena.db", create=True) as org:
    for name in ("ann", "bob"):
        org.add_mailbox(name, addresses=[f"SMTP:{name}@athena.test"], exist_ok=True)
    org.set_password("ann", "file:password.txt")
    org.set_routes(RouteTable([Connector("ours", gateway="mailbox", spaces=[AddressSpace("SMTP", "*@athena.test")])]))

    users = ListenerSettings.submission("mail.athena.test", certificate)
    with org.working([ListenOn("localhost", 0, users)]) as node:
        for sender in ("ann@athena.test", "bob@athena.test"):
            letter = Message(from_=sender, to=["bob@athena.test"], subject="Lunch?", text="At noon.")
            try:
                outcomes = msgcore.send(
                    letter,
                    via=f"smtp+starttls://localhost:{node.ports[0]}",
                    user="ann@athena.test",
                    password="file:password.txt",
                    ca_file=Path("mail.pem"),
                )
                print(f"as {sender}: {outcomes}")
            except NotAccepted as refusal:
                print(f"as {sender}: {refusal}")
