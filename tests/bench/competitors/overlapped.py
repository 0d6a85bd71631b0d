"""The same, but uapi is started first, and Jinja and YAML are loaded while it runs. Arguments: uapi, packages."""

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
import yaml

here = os.path.dirname(os.path.abspath(__file__))
with open(f"{here}/settings.yaml") as file:
    settings = yaml.safe_load(file)
environment = jinja2.Environment(loader=jinja2.FileSystemLoader(here), autoescape=True)
template = environment.get_template("form.html")
data = json.loads(child.communicate(timeout=settings["timeout"])[0])["result"]["data"]
host = data["hostname"] or os.environ["HTTP_HOST"]
action = f"https://{host}:{settings['webmail_port']}{data['token']}/login"
page = template.render(language="en", settings=settings, action=action, session=data["session"])
print(f"Status: 200 OK\nContent-Type: text/html; charset=utf-8\nCache-Control: no-store\n\n{page}")
