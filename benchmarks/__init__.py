"""What msgcore costs beside other libraries and servers, and beside what is physically possible: docs/benchmarks.md.

*Theory of operation.* A benchmark is a module with a function ``measure`` that gives tables, values of
:mod:`benchmarks.results`, as it has them. ``python -m benchmarks`` makes an environment with the peers
(:mod:`benchmarks.environment`) and there runs each benchmark in a process of its own (:mod:`benchmarks.runner`), since
some keep to one core, and others look at what memory is taken. Nobody reads what was printed: tables are printed,
stored as JSON, compared (:mod:`benchmarks.comparison`) and drawn (:mod:`benchmarks.plots`).

Names say who a case is: a limit's begins with ``limit``, and one of ours with ``msgcore``; the others are peers.
"""
