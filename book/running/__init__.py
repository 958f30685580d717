"""Running chapters: one kernel each, for all languages and for notebook and page."""
