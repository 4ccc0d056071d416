"""From one form into another, and what that loses."""

from pathlib import Path

import msgcore
from msgcore import Attachment, Message

lunch = Message(
    from_="Ann <ann@a.test>",
    to="Bob <bob@b.test>",
    subject="Lunch",
    text="At noon",
    message_class="IPM.Appointment",
    attachments=[Attachment(b"soup\n", filename="menu.txt")],
)
Path("lunch.msg").write_bytes(msgcore.write_message(lunch, form="msg"))

octets = Path("lunch.msg").read_bytes()
message = msgcore.read_message(octets)
print(f"{message.message_class}: {message.subject}, with {[one.filename for one in message.attachments]}")
converted = {form: msgcore.convert(octets, to=form) for form in ("tnef", "mime")}
for form, each in converted.items():
    print(f"as {form}: {len(each.losses)} lost")
print(*converted["mime"].losses, sep="\n")

again = msgcore.read_message(converted["tnef"].octets)
print("By way of TNEF:", msgcore.compare(message, again) or "the same")
