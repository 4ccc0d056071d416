"""For tests of programs and plug-ins: loopback servers. Conformance suites arrive with the plug-in kit."""
