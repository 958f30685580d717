"""The website: Jupyter Book's pages in the course's theme, and the pages and files around them."""
