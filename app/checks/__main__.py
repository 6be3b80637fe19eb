"""Run one check from the command line: `python -m app.checks templates` or `translations`.

Each prints one line per mistake, with file and line, and ends with 1 if there was any.
`translations --update` first writes new sentences into the catalog and drops those that are gone.
"""

import argparse
import sys

from app.checks import templates, translations


def main() -> int:
    """Run the check that was asked for; 0 when nothing is wrong."""
    parser = argparse.ArgumentParser(prog="python -m app.checks", description=__doc__)
    parser.add_argument("what", choices=["templates", "translations"])
    parser.add_argument(
        "--update",
        action="store_true",
        help="translations: add new sentences to the catalog (still to be translated)",
    )
    asked = parser.parse_args()
    if asked.what == "templates":
        problems = templates.problems()
        checked = f"{len(templates.template_names())} templates"
    else:
        if asked.update:
            translations.update()
        problems = translations.problems()
        checked = f"{len(translations.sentences())} sentences"
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if problems:
        sys.stderr.write(f"{len(problems)} mistakes in {checked}\n")
        return 1
    sys.stdout.write(f"{checked}: in order\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
