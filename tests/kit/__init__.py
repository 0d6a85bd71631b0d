"""What several test modules share.

account   whom the clicks run as
folders   the checkout, and folders that every account can reach
tls       a server of TLS that does what a test tells it
programs  programs that a test writes, above all a `uapi`
panel     a LiveAPI socket that says what the test wants
servers   scratch servers with the plugin on them, and install.sh run there
clicks    what a click is given, and what came of it
site      a click as `app` tells it
cases     the outcome table
ways      the two ways to make one of its clicks
faults    a server on which something is broken while clicks are made
pages     every page in every language, to look at
languages our languages, and what their files say
plot      what was measured, drawn
"""
