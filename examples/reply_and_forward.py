"""Reading a message, and answering it: what a mail program shows and makes, without a server."""

import msgcore

octets = b"""\
From: Ann <ann@a.test>
To: Bob <bob@b.test>, carol@c.test
Subject: AW: Plan
Date: Mon, 5 Jan 2026 10:00:00 +0100
Message-ID: <2@a.test>
References: <1@b.test>
Content-Type: text/html

<p>By <b>train</b>, I think.<img src="https://tracker.test/1.gif"><p>-- <br>Ann
"""
message = msgcore.read_message(octets)

print("In the list:", msgcore.preview(message))
print("Its text:", message.text, sep="\n")

answer = msgcore.reply(message, text="The train it is.", to_all=True, me="Bob <bob@b.test>")
print()
print(msgcore.write_message(answer, form="mime").decode().replace("\r\n", "\n"))

whole = msgcore.forward(message, to="dave@d.test", text="Well?", as_attachment=True)
print(whole.subject, "with", *(attachment.filename for attachment in whole.attachments))
