"""The Flask site within wsgiref.validate."""

from frameworks.flask_site import application as site
from frameworks.validated import validated

application = validated(site)
