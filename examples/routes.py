"""Routing apart from any session: which gateway takes a recipient, and why."""

from msgcore.mta import AddressSpace, Connector, MessageFacts, RouteTable

routes = RouteTable(
    [
        Connector(
            "internet",
            gateway="smtp",
            spaces=[AddressSpace("SMTP", "*", cost=10)],
            options={"relay": "smtp+starttls://out.a.test"},
        ),
        Connector(
            "partner",
            gateway="smtp",
            spaces=[AddressSpace("SMTP", "*@partner.test", cost=50)],
            options={"relay": "smtp+starttls://mx.partner.test"},
            max_size_octets=1_000_000,
        ),
        Connector("workgroup", gateway="post-office", spaces=[AddressSpace("MS", "NET/PO1/*")]),
    ]
)

for recipient, facts in (
    ("SMTP:bob@partner.test", MessageFacts(size_octets=40_000)),
    ("SMTP:bob@partner.test", MessageFacts(size_octets=40_000_000)),
    ("MS:NET/PO2/BOB", MessageFacts()),
):
    print(routes.route(recipient, facts).explain(), end="\n\n")
