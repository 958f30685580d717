"""The command line: ``python -m book notebooks | lab | check | site | repository URL``."""

import argparse
import signal
import sys

from book.errors import BookError


def main(arguments: list[str] | None = None) -> int:
    """Run a command, and return its exit code: not 0 with the problems on standard error."""
    parser = argparse.ArgumentParser(prog="python -m book", description="Build the course.")
    commands = parser.add_subparsers(dest="command", required=True)
    notebooks = commands.add_parser("notebooks", help="run the chapters, and write notebooks/")
    notebooks.add_argument("slugs", nargs="*", metavar="NN-slug", help="only these chapters")
    overwrite = "also where a notebook was edited by hand"
    notebooks.add_argument("--overwrite", action="store_true", help=overwrite)
    commands.add_parser("lab", help="bundle lab/ into helpers/lab")
    commands.add_parser("check", help="do languages, manuscripts and notebooks agree?")
    commands.add_parser("site", help="build _build/html")
    fork = commands.add_parser("repository", help="point badges, cells and the site at a fork")
    fork.add_argument("url", metavar="URL", help="https://github.com/<owner>/<name>")
    options = parser.parse_args(arguments)
    try:
        print(_run(options))
    except BookError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return 1
    except FileNotFoundError:  # a fault of the course; others are of the machine, such as its disk
        raise
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The site and the notebooks are as they were.", file=sys.stderr)
        return 130
    return 0


def _run(options: argparse.Namespace) -> str:
    """Run a command, and return what to print at its end."""
    # Each command imports what it needs: `repository` should not wait for torch.
    if options.command == "notebooks":
        from book.running.generate import generate

        generate(options.slugs, overwrite=options.overwrite)
        return "The notebooks are written."
    if options.command == "lab":
        from book.lab import write

        write()
        return "The lab is bundled."
    if options.command == "check":
        from book.lab import outdated
        from book.manuscript.agreement import check

        if problems := [*check(), *outdated()]:
            raise BookError(*problems, f"{len(problems)} problems")
        return "Languages, manuscripts and notebooks agree."
    if options.command == "site":
        from book.site.build import build

        return f"The course is in {build()}"
    from book.project import address, set_repository

    set_repository(options.url)
    return (
        "_config.yml now names the repository; `make notebooks` brings it to the notebooks.\n"
        f"The site's URL is now {address()}; see `html: baseurl:` there."
    )


if __name__ == "__main__":
    for name in (signal.SIGTERM, signal.SIGHUP):  # a closed terminal, unless it may outlive it
        if signal.getsignal(name) != signal.SIG_IGN:
            signal.signal(name, signal.default_int_handler)
    sys.exit(main())
