"""The same without YAML, left without taking the interpreter down. Arguments: uapi, packages."""

# ruff: noqa: E402
import os
import subprocess
import sys
from urllib.parse import quote

address = quote(os.environ["REMOTE_ADDR"], safe="")
command = [sys.argv[1], "--output=json", "Session", "create_webmail_session_for_self", f"remote_address={address}"]
child = subprocess.Popen(command, stdout=subprocess.PIPE)

sys.path.append(sys.argv[2])

import json

import jinja2

settings = {"label": "Open Webmail", "support": "Call us."}
here = os.path.dirname(os.path.abspath(__file__))
environment = jinja2.Environment(loader=jinja2.FileSystemLoader(here), autoescape=True)
template = environment.get_template("form.html")
data = json.loads(child.communicate(timeout=20)[0])["result"]["data"]
host = data["hostname"] or os.environ["HTTP_HOST"]
action = f"https://{host}:2096{data['token']}/login"
page = template.render(language="en", settings=settings, action=action, session=data["session"])
print(f"Status: 200 OK\nContent-Type: text/html; charset=utf-8\nCache-Control: no-store\n\n{page}")
sys.stdout.flush()
os._exit(0)
