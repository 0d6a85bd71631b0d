"""As one would write it first: import everything, parse the settings, ask uapi, render. Arguments: uapi, packages."""

import json
import os
import subprocess
import sys
from urllib.parse import quote

sys.path.append(sys.argv[2])

import jinja2
import yaml

here = os.path.dirname(os.path.abspath(__file__))
with open(f"{here}/settings.yaml") as file:
    settings = yaml.safe_load(file)
address = quote(os.environ["REMOTE_ADDR"], safe="")
command = [sys.argv[1], "--output=json", "Session", "create_webmail_session_for_self", f"remote_address={address}"]
ran = subprocess.run(command, stdout=subprocess.PIPE, timeout=settings["timeout"])
data = json.loads(ran.stdout)["result"]["data"]
environment = jinja2.Environment(loader=jinja2.FileSystemLoader(here), autoescape=True)
host = data["hostname"] or os.environ["HTTP_HOST"]
action = f"https://{host}:{settings['webmail_port']}{data['token']}/login"
template = environment.get_template("form.html")
page = template.render(language="en", settings=settings, action=action, session=data["session"])
print(f"Status: 200 OK\nContent-Type: text/html; charset=utf-8\nCache-Control: no-store\n\n{page}")
