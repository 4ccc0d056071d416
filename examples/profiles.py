"""Profiles: made, changed where they stand, tried without sending, and taken to another machine."""

from pathlib import Path

import msgcore
from msgcore.errors import ProfileChanged

admin = msgcore.ProfileAdmin(Path("profiles"))
file = admin.create("work", [{"service": "personal-folders", "name": "mail", "path": "profiles/mail.db"}], replace=True)

# A person writes into the file; a program then changes what it means, and nothing else.
file.write_text("# Ann's own.\n\n" + file.read_text())
services = admin.services("work")
services.create(
    {
        "service": "internet-mail",
        "email": "ann@a.test",
        "smtp": "smtp://127.0.0.1:9",
        "user": "ann",
        "password": "callable:vault",
        "allow_cleartext_login": True,
    }
)
services.set_default_store("mail")
services.set_transport_order(["internet-mail"])
print(file.read_text().splitlines()[:3], services.names)

# Whoever comes second is told, and loses nothing.
second = admin.services("work")
services.configure("mail", {"display_name": "Ann's mail"})
try:
    second.set_default_store(None)
except ProfileChanged as error:
    print("refused:", error.problem)

# A dry run: who would not work, and what to do. The function is asked for the password when it is needed.
report = msgcore.validate_profile(admin=admin, secrets={"vault": lambda: "geheim"})
for service in report.services:
    print(service.name, "works" if service.is_ok else service.faults[0].fix)

# To another machine: the text, and what that one has to provide.
exported = admin.export_profile("work")
there = msgcore.ProfileAdmin(Path("there"))
print([str(one) for one in there.import_profile("office", exported.text, replace=True).missing])
print("default:", there.default)
