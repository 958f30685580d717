"""Builds the course: manuscripts into notebooks, notebooks into the site."""
