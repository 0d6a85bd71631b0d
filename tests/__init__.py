"""The tests, and the programs that measure and show: what they lay out is for other accounts to read."""

import os

os.umask(0o022)
