"""The tests, and the programs that measure and show. They start from the same ground, wherever they are started."""

import os
import signal

os.umask(0o022)  # what they lay out is for other accounts to read
for each in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):  # ignored under nohup and in the background
    if signal.getsignal(each) is signal.SIG_IGN:
        signal.signal(each, signal.SIG_DFL)
