"""The Django site within wsgiref.validate."""

from frameworks.django_site import application as site
from frameworks.validated import validated

application = validated(site)
