"""Sphinx configuration."""

from orefield import __version__

project = "orefield"
author = "The orefield authors"
copyright = "The orefield authors"  # noqa: A001
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

root_doc = "index"
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_title = "orefield"
html_show_sphinx = False
html_theme_options = {
    "description": "The open digital twin of a metal's supply",
    "fixed_sidebar": True,
    "page_width": "72rem",
    "sidebar_width": "16rem",
}

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # signatures show them already
napoleon_google_docstring = False
napoleon_use_ivar = True
