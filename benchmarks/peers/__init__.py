"""How other libraries do the jobs of the benchmarks."""
