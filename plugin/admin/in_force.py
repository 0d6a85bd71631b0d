"""The settings that were applied, as a release holds them ready."""

from __future__ import annotations

import json
import os

from plugin.admin import files
from plugin.click.settings import Settings

DEFAULTS = Settings().values()


def settings(release: str) -> Settings:
    """Those that were applied, the defaults where none were."""
    try:
        values = json.loads(files.text(f"{os.path.realpath(f'{release}/compiled')}/settings.json"))
        return Settings({key: value for key, value in values.items() if key in DEFAULTS})
    except (ValueError, AttributeError):
        return Settings()
