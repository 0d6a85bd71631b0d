"""Coverage-guided fuzzing of what reads foreign bytes: `make fuzz`, or `python -m tests.fuzz`."""
