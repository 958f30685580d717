"""The command line: ``python -m book notebooks | check | spelling | site | repository URL | …``."""

import argparse
import sys

from book.errors import BookError


def main(arguments: list[str] | None = None) -> int:
    """Run a command, and return its exit code: 0, or 1 with the problems on standard error."""
    parser = argparse.ArgumentParser(prog="python -m book", description="Build the course.")
    commands = parser.add_subparsers(dest="command", required=True)
    notebooks = commands.add_parser("notebooks", help="write notebooks/{pt,en}, executed")
    notebooks.add_argument("slugs", nargs="*", metavar="NN-slug", help="only these chapters")
    commands.add_parser("check", help="do notebooks and manuscripts agree?")
    commands.add_parser("spelling", help="does each language know its words?")
    commands.add_parser("site", help="build _build/html, both languages and the root page")
    commands.add_parser("reproducible", help="does this commit build the same bytes twice?")
    fork = commands.add_parser("repository", help="point badges, cells and the site at a fork")
    fork.add_argument("url", metavar="URL", help="https://github.com/<owner>/<name>")
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except BookError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    # Each command imports what it needs: `repository` should not wait for torch.
    if options.command == "notebooks":
        from book.running.generate import generate

        generate(options.slugs)
        print("notebooks/pt and notebooks/en are written.")
    elif options.command == "check":
        from book.manuscript.agreement import check

        if problems := check():
            raise BookError(*problems, f"{len(problems)} problems")
        print("Notebooks and manuscripts agree.")
    elif options.command == "spelling":
        from book import spelling

        if problems := spelling.check():
            raise BookError(*problems, f"{len(problems)} problems")
        print("Both languages know their words.")
    elif options.command == "site":
        from book.site.build import build

        print(f"The course is in {build()}")
    elif options.command == "reproducible":
        from book.reproducible import build_twice

        build_twice()
    else:
        from book.project import address, set_repository

        set_repository(options.url)
        print("_config.yml now names the repository; `make notebooks` brings it to the notebooks.")
        print(f"The site's own address is now {address()}; see `html: baseurl:` there.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
