"""Root's side: check settings, templates and sentences, and make them ready for the click.

``plugin.apply RELEASE`` writes a new folder of ready-made files into the release and lets its `compiled` link point to
it: all or nothing. ``--check`` only checks. Exit 0 if all is well; 1 with each problem on a line of standard error.
"""

from __future__ import annotations

import compileall
import functools
import json
import os
import py_compile
import shutil
import sys
import tempfile

import jinja2

from plugin import destination, errors, locales, page, session, settings, strings, templates
from plugin.errors import ContentError
from plugin.places import Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugin.settings import Settings

PREFIX = ".compiled-"
SAMPLE = session.WebmailSession("/cpsess0000000000", "user:sample:CREATE_WEBMAIL_SESSION_FOR_SELF,0", None)


def check(places: Places) -> tuple[Settings, dict[str, dict[str, str]], list[ContentError]]:
    """The settings, the sentences of every locale, and every problem, not the first alone."""
    problems = []
    chosen, sentences = settings.Settings(), {}
    try:
        chosen = settings.read(places.config)
        if chosen.icon and not os.path.isfile(places.below_root(chosen.icon)):
            problems.append(ContentError(places.config, None, "icon", f"there is no file {chosen.icon}"))
    except ContentError as problem:
        problems.append(problem)
    for tag in locales.tags(places):
        try:
            sentences[tag] = locales.read(places, tag)
        except ContentError as problem:
            problems.append(problem)
    if not problems:
        problems += check_templates(places, chosen, sentences)
    return chosen, sentences, problems


def check_templates(places: Places, chosen: Settings, sentences: dict[str, dict[str, str]]) -> list[ContentError]:
    """Render every outcome in every language."""
    environment = templates.from_source(places)
    problems = {}
    for tag in sentences:
        drawn = templates.Templates(environment, strings.Strings(sentences[tag]))
        for render in every_page(drawn, chosen):
            try:
                render()
            except jinja2.TemplateSyntaxError as error:
                file = error.filename or error.name or "template"
                problems[str(error)] = ContentError(file, error.lineno, None, error.message or "syntax error")
            except (jinja2.TemplateError, LookupError, TypeError, ValueError, ArithmeticError) as error:
                problems[str(error)] = ContentError(
                    places.own_templates, None, None, f"{type(error).__name__}: {error}"
                )
    return list(problems.values())


def every_page(drawn: templates.Templates, chosen: Settings) -> Iterator[Callable[[], page.Response]]:
    links = page.Links("/cpsess0000000000", "jupiter")
    for to in (
        destination.Destination("example.com", 2096, "https://webmail.example.com/"),
        destination.Destination("webmail.example.com"),
    ):
        yield functools.partial(page.signin, drawn, chosen, links, "nonce", "user", to, SAMPLE)
    for kind in errors.SigninError.__subclasses__():
        yield functools.partial(page.failure, drawn, chosen, links, "nonce", kind("", ("a reason",)), "00000000")


def build(places: Places, folder: str, chosen: Settings, sentences: dict[str, dict[str, str]]) -> None:
    """Fill `folder` with everything that a click and install_plugin read."""
    write(f"{folder}/settings.json", settings.compiled(chosen, settings.stamp(places.config)))
    os.mkdir(f"{folder}/locale")
    for tag, texts in sentences.items():
        write(f"{folder}/locale/{tag}.json", json.dumps(texts))
    os.mkdir(f"{folder}/templates")
    environment = templates.from_source(places)
    for name in environment.list_templates(["html"]):
        source, file, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
        code = environment.compile(source, name, file, raw=True, defer_init=True)
        write(f"{folder}/templates/{templates.module_name(name)}.py", code)
    compileall.compile_dir(
        f"{folder}/templates", quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )
    os.mkdir(f"{folder}/registration")
    icon = places.below_root(chosen.icon) if chosen.icon else f"{places.release}/plugin/registration/icon.svg"
    shutil.copyfile(icon, f"{folder}/registration/icon{os.path.splitext(icon)[1]}")
    write(f"{folder}/registration/install.json", install_json(chosen, f"icon{os.path.splitext(icon)[1]}"))


def install_json(chosen: Settings, icon: str) -> str:
    """What install_plugin reads (cpanel-facts.md §4)."""
    link = {
        "type": "link",
        "id": "webmail_signin",
        "name": chosen.label,
        "icon": icon,
        "group_id": chosen.group,
        "order": chosen.order,
        "uri": "webmail_signin/index.live.cgi",
        "target": "_blank" if chosen.new_tab else "_self",
        "feature": "webmail_signin",
        "featuremanager": True,
        "search_text": "webmail email mail inbox roundcube",
    }
    return json.dumps([link], indent=2) + "\n"


def write(file: str, text: str) -> None:
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(text)


def swap(places: Places, folder: str) -> None:
    """Let `compiled` point to `folder`, once all of it is on the disk; keep the one before, drop older ones."""
    for parent, _, files in os.walk(folder):
        for name in [*files, "."]:
            descriptor = os.open(f"{parent}/{name}", os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
    before = os.readlink(places.compiled) if os.path.islink(places.compiled) else ""
    os.symlink(os.path.basename(folder), f"{folder}.link")
    os.replace(f"{folder}.link", places.compiled)
    for name in os.listdir(places.release):
        if name.startswith(PREFIX) and name not in (os.path.basename(folder), before):
            shutil.rmtree(f"{places.release}/{name}")


def main(arguments: list[str]) -> int:
    places = Places(os.path.realpath(arguments[0]))
    chosen, sentences, problems = check(places)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems or "--check" in arguments[1:]:
        return 1 if problems else 0
    os.umask(0o022)
    folder = tempfile.mkdtemp(prefix=PREFIX, dir=places.release)
    try:
        os.chmod(folder, 0o755)
        build(places, folder, chosen, sentences)
        swap(places, folder)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
