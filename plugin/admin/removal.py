"""The plan of `uninstall`."""

from __future__ import annotations

import os

from plugin.admin import beginning, configuration, hooks, registration, release
from plugin.admin.transaction import Plan, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job


def uninstall(job: Job) -> Plan:
    """`job.themes` go; if others remain, so does the program."""
    server, installed = job.server, job.installed
    remaining = tuple(theme for theme in installed.themes if theme not in job.themes)
    steps = beginning.steps(job)
    if not remaining and hooks.Listing(server).ours() is not False:
        steps.append(hooks.remove(server))
    for theme in job.themes:
        steps.append(registration.unregister(job, theme, last=not remaining))
        steps.append(registration.remove_page(job, theme))
    if remaining:
        steps.append(release.write_record(job, installed.record._replace(themes=remaining)))
        return Plan(steps)
    if os.path.isdir(server.base):
        steps.append(set_aside(job))
    if job.arguments.purge and os.path.lexists(server.config):
        steps.append(configuration.remove(job))
    return Plan(steps)


def set_aside(job: Job) -> Step:
    """One rename: a click finds either all of it or nothing."""
    server = job.server

    def undo() -> None:
        if os.path.isdir(server.gone):
            os.rename(server.gone, server.base)

    return Step(f"remove {server.base}", lambda: os.rename(server.base, server.gone), undo)
