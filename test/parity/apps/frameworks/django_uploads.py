"""Views of the Django site that take bodies."""

from django.core.files.uploadhandler import (
    MemoryFileUploadHandler,
    StopUpload,
    TemporaryFileUploadHandler,
    FileUploadHandler,
)
from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from frameworks import material


class LargeMemoryUploadHandler(MemoryFileUploadHandler):
    """Keeps in memory what comes, of any size."""

    def handle_raw_input(self, *args, **kwargs):
        self.activated = True


class StoppingUploadHandler(FileUploadHandler):
    """Has enough after the first chunk."""

    def __init__(self, request, connection_reset):
        super().__init__(request)
        self.connection_reset = connection_reset

    def receive_data_chunk(self, raw_data, start):
        raise StopUpload(connection_reset=self.connection_reset)

    def file_complete(self, file_size):
        return None


def handlers_named(name, request):
    return {
        "temporary": lambda: [TemporaryFileUploadHandler(request)],
        "memory": lambda: [MemoryFileUploadHandler(request), TemporaryFileUploadHandler(request)],
        "large-memory": lambda: [LargeMemoryUploadHandler(request)],
        "stop": lambda: [StoppingUploadHandler(request, False)],
        "stop-and-reset": lambda: [StoppingUploadHandler(request, True)],
    }[name]()


@csrf_exempt
def upload(request, handler):
    """A multipart form by Django's own upload handlers; tells which of them kept each file."""
    request.upload_handlers = handlers_named(handler, request)
    return JsonResponse(told(request))


@csrf_exempt
def form(request):
    return JsonResponse(told(request))


def told(request):
    return {
        "method": request.method,
        "fields": {key: request.POST.getlist(key) for key in request.POST},
        "files": {key: [told_of(each) for each in request.FILES.getlist(key)] for key in request.FILES},
    }


def told_of(each):
    return {
        "name": each.name,
        "type": each.content_type,
        "kept": type(each).__name__,
        **material.digest_of(each.chunks()),
    }


@csrf_exempt
def raw(request):
    """The body, read at once (?how=body), in blocks or by lines."""
    how = request.GET.get("how", "blocks")
    if how == "body":
        blocks = [request.body]
    elif how == "lines":
        blocks = request
    else:
        blocks = material.read_in_blocks(request)
    return JsonResponse({"type": request.content_type, **material.digest_of(blocks)})
