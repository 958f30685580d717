"""The website: Jupyter Book's pages in the course's theme, and what stands around them."""
