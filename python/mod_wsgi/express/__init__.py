"""The package mod_wsgi.express as far as applications use it: `reloader`, and its name in INSTALLED_APPS."""
