"""The Flask site within Werkzeug's debugger, without its console."""

from werkzeug.debug import DebuggedApplication

from frameworks.flask_site import application as site

application = DebuggedApplication(site, evalex=False)
