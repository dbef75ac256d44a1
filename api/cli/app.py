"""Decides which verbs there are and how every failure ends: one sentence, an exit code, never a traceback."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping
from importlib import import_module

import typer

from api.cli.helping import Verb, Verbs
from api.cli.output import tell_error, warn
from api.cli.words import word
from engine.errors import AdcueError, InputError

# Verb -> module and function that does it, id of its help text. A verb is loaded only when it is the one typed.
VERBS = {
    "import": ("importing.import_files", "import.help"),
    "map": ("importing.suggest_mapping", "map.help"),
    "propose": ("proposing.propose", "propose.help"),
    "frontier": ("frontiers.show_frontier", "frontier.help"),
    "cue-sheet": ("proposing.write_cue_sheet_file", "cue.help"),
    "solve": ("solving.solve", "solve.help"),
    "nightly": ("nightly.run_nightly", "nightly.help"),
    "morning": ("morning.show_morning", "morning.help"),
    "states": ("recommending.take_in_states", "states.help"),
    "registry": ("registering.keep_registry", "registry.help"),
    "copy-check": ("copying.check_copy_file", "copy.help"),
    "laws": ("laws.show_laws", "laws.help"),
    "sample": ("sampling.write_sample_files", "sample.help"),
    "tour": ("touring.take_tour", "tour.help"),
    "serve": ("serving.serve", "serve.help"),
}
# The same for verbs that come after another word: the word -> id of its help text, and its verbs.
GROUPS = {
    "person": (
        "person.help",
        {
            "invite": ("people.invite_person", "person.invite"),
            "list": ("people.list_people", "person.list"),
            "reset": ("people.reset_person", "person.reset"),
            "remove": ("people.remove_person", "person.remove"),
        },
    ),
    "key": (
        "key.help",
        {
            "create": ("keys.create_key", "key.create"),
            "list": ("keys.list_keys", "key.list"),
            "revoke": ("keys.revoke_key", "key.revoke"),
        },
    ),
    "proposal": ("proposal.help", {"verify": ("verifying.verify_proposal", "proposal.verify")}),
    "recommendation": (
        "recommendation.help",
        {
            "list": ("recommending.list_recommendations", "recommendation.list"),
            "show": ("recommending.show_recommendation", "recommendation.show"),
            "export": ("recommending.export_bulk_edit", "recommendation.export"),
            "applied": ("recommending.mark_recommendation_applied", "recommendation.applied"),
            "undo": ("recommending.undo_recommendation", "recommendation.undo"),
        },
    ),
    "rules": (
        "rules.help",
        {
            "list": ("rules.list_rules", "rules.list"),
            "show": ("rules.show_rule", "rules.show"),
            "check": ("rules.check_rule", "rules.check"),
            "preview": ("rules.preview_rule", "rules.preview"),
            "add": ("rules.add_rule", "rules.add"),
            "switch-off": ("rules.switch_off_rule", "rules.switch_off"),
            "withdraw": ("rules.withdraw_rule", "rules.withdraw"),
            "score": ("scoring.score_rules", "rules.score"),
            "learn": ("learning.learn_example", "rules.learn"),
        },
    ),
    "audit": (
        "audit.help",
        {
            "verify": ("auditing.verify_chains", "audit.verify"),
            "list": ("auditing.list_acts", "audit.list"),
        },
    ),
}
_USAGE = {
    "MissingParameter": "missing",
    "NoSuchOption": "no_option",
    "BadParameter": "bad_value",
    "BadOptionUsage": "bad_value",
}


def build(typed: str | None) -> typer.Typer:
    """The command line for the verb ``typed``; the others are listed with their help and not loaded."""
    app = typer.Typer(
        name="adcue", cls=Verbs, help=word("help"), add_completion=False, no_args_is_help=True, rich_markup_mode=None
    )
    for verb, (place, told) in VERBS.items():
        app.command(verb, cls=Verb, help=word(told))(_load(place) if verb == typed else _listed)
    for group, (told, verbs) in GROUPS.items():
        if group == typed:
            app.add_typer(_group(verbs), name=group, help=word(told))
        else:
            app.command(group, cls=Verb, help=word(told))(_listed)
    return app


def _group(verbs: Mapping[str, tuple[str, str]]) -> typer.Typer:
    group = typer.Typer(cls=Verbs, no_args_is_help=True, add_completion=False)
    for verb, (place, told) in verbs.items():
        group.command(verb, cls=Verb, help=word(told))(_load(place))
    return group


def _load(place: str) -> Callable[..., object]:
    module, _, function = place.partition(".")
    loaded: Callable[..., object] = getattr(import_module(f"api.cli.{module}"), function)
    return loaded


def _listed() -> None:
    """Stands for a verb that was not typed."""


def main() -> None:
    """Runs the verb of ``sys.argv`` and ends the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # half a character in a file must not stop a report
    if len(sys.argv) > 1 and "--help" not in sys.argv:
        from engine.logs import tell_lost_failures

        tell_lost_failures()
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of one command line."""
    as_json = "--json" in arguments
    try:
        typed = next((part for part in arguments if not part.startswith("-")), None)
        if typed is not None and "--help" not in arguments:
            _start_logs()
        done = build(typed)(args=arguments, prog_name="adcue", standalone_mode=False)
        return done if isinstance(done, int) else 0
    except AdcueError as error:
        tell_error(error, as_json=as_json)
        from api.problems import exit_code_of

        return exit_code_of(error)
    except typer.Abort:
        warn(word("stopped"))
        return 130
    except typer.TyperException as error:
        return _usage(error, as_json=as_json)
    except Exception as error:
        from api.unforeseen import unexpected

        tell_error(unexpected(error), as_json=as_json)
        return 1


def _start_logs() -> None:
    from api.safe_logs import start_logs
    from engine.settings import settings

    start_logs(settings().log_level)


def _usage(error: typer.TyperException, *, as_json: bool) -> int:
    """A command line that does not fit, told with what to type instead."""
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        warn(str(error))
        return 2
    parameter = getattr(error, "param", None)
    name = getattr(error, "option_name", None) or (parameter.opts[-1] if parameter is not None else "")
    detail = error.format_message() if hasattr(error, "format_message") else str(error)
    tell_error(InputError(f"api.cli.usage.{_USAGE.get(kind, 'other')}", name=str(name), detail=detail), as_json=as_json)
    return 2
