"""The command line: parse, wire, call, print, exit. The only room that prints.

Commands import what they need when they run, so that `lab --help` and completion stay quick.
"""

from __future__ import annotations

import errno
import logging
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from lab.cli import doctor, egress, images, run, scenario, standing
from lab.errors import LabError, SpecError

REFUSALS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOTDIR}
)
"""What a disk or its owner may say of any file at any time: never a bug of ours."""
INTERRUPTED = 130

app = typer.Typer(
    name="lab",
    help="Rehearse an offline roll-out: a sealed three-node cluster, and a document replayed in it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
standing.register(app)
run.register(app)
egress.register(app)
doctor.register(app)
app.add_typer(images.app, name="images")
app.add_typer(scenario.app, name="scenario")


@app.callback()
def common(verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the log.")] = False) -> None:
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING,
        format="%(asctime)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    for noisy in ("urllib3", "docker", "httpcore", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line. The one place where errors become text and exit codes."""
    try:
        app(args=argv)
    except SpecError as error:
        print(*(f"lab: {problem}" for problem in error.problems), sep="\n", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except LabError as error:
        print(f"lab: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except OSError as error:
        if error.errno not in REFUSALS:
            _bug()
        print(f"lab: {error.filename or 'a file of the lab'}: {error.strerror}", file=sys.stderr)
        raise SystemExit(LabError.exit_code) from None
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # Typer's answer to Ctrl-C, given in silence
            print("lab: interrupted", file=sys.stderr)
        raise
    except Exception:  # noqa: BLE001 - the one place: what is left is a bug of ours
        _bug()


def _bug() -> NoReturn:
    traceback.print_exc()
    print("lab: this is a bug of the lab's; please report the lines above", file=sys.stderr)
    raise SystemExit(70) from None
