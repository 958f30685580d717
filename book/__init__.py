"""Builds the course: manuscripts into notebooks, notebooks into the site."""

import sys

# jsonschema's grammar of addresses takes more than a second to load, and no notebook holds any.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
