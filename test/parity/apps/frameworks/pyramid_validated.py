"""The Pyramid site within wsgiref.validate."""

from frameworks.pyramid_site import application as site
from frameworks.validated import validated

application = validated(site)
