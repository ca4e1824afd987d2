"""`python -m benchmarks`: measure everything."""

from benchmarks.run import main

main()
