"""Builds the course: manuscripts into notebooks, notebooks into the site."""

import sys

# jsonschema's test of addresses: no notebook holds any, and every command would load it for a second.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
