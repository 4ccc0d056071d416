"""Who answers at a URL, what it offers, and how safe that is; no mail is sent, and nobody logs in.

``python examples/probe.py smtp://mail.example.org`` looks at a server of yours; without a URL, at one on this machine.
"""

import sys

import msgcore
from msgcore.testing.servers import LoopbackSmtpServer

if len(sys.argv) > 1:
    print(msgcore.probe(sys.argv[1], timeout_seconds=30))
else:
    with LoopbackSmtpServer() as server:
        report = msgcore.probe(server.url, timeout_seconds=30)

    print(report)
    print("Software:", report.software[0].name)
    for check in report.checks:
        if check.verdict is msgcore.Verdict.FAIL:
            print(f"{check.rule} fails: {check.text}")
