"""Sites, links and hosts that fail, simulated: for benchmarks/simulate.py.

Imports are relative, as the tests find this folder under another name than the script does.
"""
