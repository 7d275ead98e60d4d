"""Views of the Django site: one for each thing that a site does with its server."""

import asyncio
import io
import logging
import sys
from datetime import datetime, timezone

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.signals import request_finished, request_started
from django.http import (
    FileResponse,
    Http404,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.middleware.csrf import get_token
from django.urls import get_script_prefix, reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, conditional_page, require_GET
from frameworks import material

logger = logging.getLogger("site")


def note_start(**kwargs):
    material.events.append("request started")


def note_end(**kwargs):
    material.events.append("request finished")


request_started.connect(note_start)
request_finished.connect(note_end)


def plain(body, **more):
    return HttpResponse(body, content_type="text/plain; charset=utf-8", **more)


def after(request):
    return plain("app /after")


def text(request):
    return plain(material.TEXT)


def html(request):
    return HttpResponse(material.HTML)


def json(request):
    return JsonResponse(material.DATA)


def redirected(request):
    target = request.GET.get("to") or reverse("named", args=["caf\u00e9 b"])
    kind = HttpResponsePermanentRedirect if "permanent" in request.GET else HttpResponseRedirect
    return kind(target)


def named(request, name):
    return JsonResponse({"name": name, "query": dict(request.GET.lists()), "path": request.path_info})


@csrf_exempt
def status(request, status):
    return plain("app status %d" % status, status=status)


def raises(request, name):
    if name == "system-exit":
        raise SystemExit(3)
    kinds = {
        "404": Http404,
        "403": PermissionDenied,
        "400": BadRequest,
        "suspicious": SuspiciousOperation,
        "500": ValueError,
    }
    raise kinds[name]("raised caf\u00e9")


def fields(request):
    response = plain("app fields")
    response["X-One"] = "a, b"
    response["X-Blank"] = ""
    response["x-lower"] = "lower"
    response["X-Encoded"] = "caf\u00e9 \u4e16"
    response["X-Latin"] = "caf\u00e9"
    response["Vary"] = "Cookie, Accept-Language"
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = "de"
    return response


def cookies(request):
    response = plain("app cookies")
    response.set_cookie("plain", "1")
    response.set_cookie("full", "a b", max_age=3600, path="/x", domain="example.org", secure=True, httponly=True,
                        samesite="Lax")
    response.set_cookie("dated", "2", expires="Wed, 01 Jan 2031 00:00:00 GMT")
    response.set_signed_cookie("signed", "3", salt="salt")
    response.delete_cookie("gone")
    return response


def cookies_seen(request):
    return JsonResponse(dict(request.COOKIES))


def session(request):
    before = request.session.get("value")
    if "value" in request.GET:
        request.session["value"] = request.GET["value"]
    if "flush" in request.GET:
        request.session.flush()
    return JsonResponse({"before": before})


def flash(request):
    seen = [str(message) for message in messages.get_messages(request)]
    if "say" in request.GET:
        messages.info(request, request.GET["say"])
    return JsonResponse({"messages": seen})


@csrf_protect
def csrf_form(request):
    if request.method == "POST":
        return plain("app took %s" % request.POST["name"])
    return plain(get_token(request))


@csrf_exempt
@require_GET
def only_get(request):
    return plain("app got")


@method_decorator(csrf_exempt, name="dispatch")
class OfAClass(View):
    def get(self, request):
        return plain("app get")

    def put(self, request):
        return plain("app put %s" % request.body.decode())


@csrf_exempt
@condition(
    etag_func=lambda request: '"%s"' % material.TAG,
    last_modified_func=lambda request: datetime.fromtimestamp(material.CHANGED, timezone.utc),
)
def conditional(request):
    return plain("app conditional")


@conditional_page
def conditional_by_middleware(request):
    return plain("app conditional page")


def streaming(blocks):
    return StreamingHttpResponse(blocks, content_type="text/plain")


def stream(request):
    return streaming(material.generated())


def stream_of_blocks(request):
    return streaming(material.Blocks(b"app ", b"", "caf\u00e9".encode(), b""))


def stream_fails(request):
    return streaming(material.Blocks(b"app first\n", ValueError("in the stream")))


def stream_fails_at_once(request):
    return streaming(material.Blocks(ValueError("at once")))


async def asynchronous(request):
    await asyncio.sleep(0)
    return plain("app asynchronous %s" % request.GET.get("a"))


async def asynchronous_stream(request):
    async def blocks():
        for number in range(3):
            await asyncio.sleep(0)
            yield "app block %d\n" % number

    return streaming(blocks())


def stepwise(request):
    return streaming(material.stepwise())


def opened():
    return open("data.txt", "rb")


def file(request):
    return FileResponse(opened())


def attachment(request):
    return FileResponse(opened(), as_attachment=True, filename="caf\u00e9 \u4e16.txt")


def file_in_memory(request):
    return FileResponse(io.BytesIO(b"app in memory"), filename="memory.json")


def rest_of_file(request):
    data = opened()
    data.seek(10)
    return FileResponse(data, content_type="text/plain")


def large(request):
    return plain(b"".join(material.repeated(int(request.GET["bytes"]))))


def large_stream(request):
    return streaming(material.repeated(int(request.GET["bytes"])))


@gzip_page
def zipped(request):
    return plain("app " + "zipped " * 200)


@gzip_page
def zipped_stream(request):
    return streaming(material.repeated(5000, 1000))


def where(request):
    return JsonResponse(
        {
            "absolute": request.build_absolute_uri(),
            "beside": request.build_absolute_uri("beside?q=1"),
            "reversed": request.build_absolute_uri(reverse("named", args=["caf\u00e9"])),
            "host": request.get_host(),
            "port": request.get_port(),
            "scheme": request.scheme,
            "secure": request.is_secure(),
            "path": request.path,
            "path info": request.path_info,
            "full path": request.get_full_path(),
            "script prefix": get_script_prefix(),
            "client": request.META["REMOTE_ADDR"],
        }
    )


def meta(request):
    return JsonResponse(material.described(request.META))


def log(request):
    logger.warning("logged caf\u00e9")
    print("printed caf\u00e9")
    print("to stderr", file=sys.stderr)
    request.META["wsgi.errors"].write("to wsgi.errors\n")
    return plain("app logged")
