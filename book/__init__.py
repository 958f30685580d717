"""Builds the course: manuscripts into notebooks, notebooks into the site."""

import sys

# To read a notebook loads a grammar of web addresses for a second or two; no notebook holds any.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
