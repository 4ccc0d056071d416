"""Sites, links and hosts that fail, simulated: for the benchmark simulate."""
