"""The gateways that come with the MTA, and how a connector's gateway is made."""
