import os
import threading

import django
from django.shortcuts import render


def home(request):
    """Shows who answered: reload it a few times with --processes 3."""
    facts = {
        "Django": django.get_version(),
        "Process": os.getpid(),
        "Thread": threading.current_thread().name,
        "URL": request.build_absolute_uri(),
    }
    return render(request, "pages/home.html", {"facts": facts})
