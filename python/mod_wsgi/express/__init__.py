"""Stands for the package mod_wsgi.express, so that INSTALLED_APPS of Django may name it."""
