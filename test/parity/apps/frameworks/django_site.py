"""The Django site, as a WSGI script or module."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "frameworks.django_settings"

from django.core.wsgi import get_wsgi_application  # noqa: E402
from frameworks.material import telling  # noqa: E402

application = telling(get_wsgi_application())
