"""The Pyramid site: one view for each thing that a site does with its server."""

import logging
import os
import sys
from datetime import datetime, timezone

from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.events import NewRequest
from pyramid.httpexceptions import HTTPFound, HTTPMovedPermanently, exception_response
from pyramid.response import FileIter, FileResponse, Response
from pyramid.session import SignedCookieSessionFactory
from frameworks import material

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECRET = "of the parity tests, and of nothing else"

logger = logging.getLogger("site")
logging.basicConfig(format="%(levelname)s %(name)s %(message)s")


def plain(body, status=200, **more):
    if isinstance(body, str):
        body = body.encode()
    return Response(body, status, content_type="text/plain", charset="utf-8", **more)


routes = {}
views = []


def view(path, name=None, **more):
    """Route and view at once; the route has the name of the path unless another is given."""
    routes[name or path] = path

    def kept(function):
        views.append((function, {"route_name": name or path, **more}))
        return function

    return kept


def note_end(event):
    event.request.add_finished_callback(lambda request: material.events.append("request finished"))


@view("/after")
def after(request):
    return plain("app /after")


@view("/", "root")
@view("/text")
@view("/slash/")
def text(request):
    return plain(material.TEXT)


@view("/html")
def html(request):
    return Response(material.HTML)


@view("/json", renderer="json")
def json(request):
    return material.DATA


@view("/redirect")
def redirected(request):
    target = request.GET.get("to") or request.route_path("named", name="caf\u00e9 b")
    kind = HTTPMovedPermanently if "permanent" in request.GET else HTTPFound
    return kind(target)


@view("/names/{name:.*}", "named", renderer="json")
def named(request):
    return {
        "name": request.matchdict["name"],
        "query": [list(pair) for pair in request.GET.items()],
        "path": request.path_info,
    }


@view("/status/{status}")
def status(request):
    code = int(request.matchdict["status"])
    if code in (204, 304):
        return Response(status=code, content_type=None)
    return plain("app status %d" % code, code)


@view("/raise/{name}")
def raises(request):
    name = request.matchdict["name"]
    if name == "system-exit":
        raise SystemExit(3)
    if name == "500":
        raise ValueError("raised caf\u00e9")
    raise exception_response(int(name), detail="raised caf\u00e9")


@view("/fields")
def fields(request):
    response = plain("app fields")
    response.headers["X-One"] = "a, b"
    response.headers["X-Blank"] = ""
    response.headers["x-lower"] = "lower"
    response.headers["X-Latin"] = "caf\u00e9"
    response.headers.add("Link", "<a>; rel=next")
    response.headers.add("Link", "<b>; rel=prev")
    response.headers.add("WWW-Authenticate", "Basic realm=a")
    response.headers.add("WWW-Authenticate", "Bearer")
    response.vary = ["Cookie", "Accept-Language"]
    response.cache_control.no_store = True
    response.content_language = "de"
    return response


@view("/cookies")
def cookies(request):
    response = plain("app cookies")
    response.set_cookie("plain", "1")
    response.set_cookie("full", "a b", max_age=3600, path="/x", domain="example.org", secure=True, httponly=True,
                        samesite="Lax")
    response.set_cookie("unicode", "caf\u00e9")
    response.delete_cookie("gone")
    return response


@view("/cookies/seen", renderer="json")
def cookies_seen(request):
    return dict(request.cookies)


@view("/session", renderer="json")
def session(request):
    before = request.session.get("value")
    if "value" in request.GET:
        request.session["value"] = request.GET["value"]
    if "flush" in request.GET:
        request.session.invalidate()
    return {"before": before}


@view("/flash", renderer="json")
def flash(request):
    seen = request.session.pop_flash()
    if "say" in request.GET:
        request.session.flash(request.GET["say"])
    return {"messages": seen}


@view("/csrf", "csrf", request_method="GET")
def csrf_form(request):
    return plain(get_csrf_token(request))


@view("/csrf", "csrf", request_method="POST", require_csrf=True)
def csrf_post(request):
    return plain("app took %s" % request.POST["name"])


@view("/form", request_method="POST", renderer="json")
def form(request):
    fields, files = {}, {}
    for key, value in request.POST.items():
        if hasattr(value, "filename"):
            files.setdefault(key, []).append(told_of(value))
        else:
            fields.setdefault(key, []).append(value)
    return {"method": request.method, "fields": fields, "files": files}


def told_of(each):
    blocks = material.read_in_blocks(each.file)
    return {"name": each.filename, "type": each.type, **material.digest_of(blocks)}


@view("/raw", renderer="json")
def raw(request):
    """The body, read at once (?how=body), in blocks or by lines."""
    how = request.GET.get("how", "blocks")
    if how == "body":
        blocks = [request.body]
    elif how == "lines":
        blocks = iter(request.body_file.readline, b"")
    else:
        blocks = material.read_in_blocks(request.body_file)
    return {"type": request.content_type, **material.digest_of(blocks)}


@view("/mirrored-json", renderer="json")
def mirrored_json(request):
    return request.json_body


@view("/only-get", request_method="GET")
def only_get(request):
    return plain("app got")


@view("/of-a-class", "of-a-class", request_method="GET")
def class_get(request):
    return plain("app get")


@view("/of-a-class", "of-a-class", request_method="PUT")
def class_put(request):
    return plain(b"app put " + request.body)


@view("/of-a-class", "of-a-class")
def class_other(request):
    raise exception_response(405, headers=[("Allow", "GET, HEAD, PUT")])


@view("/conditional")
def conditional(request):
    response = plain("app conditional", conditional_response=True)
    response.etag = material.TAG
    response.last_modified = datetime.fromtimestamp(material.CHANGED, timezone.utc)
    return response


def streaming(blocks):
    return Response(app_iter=blocks, content_type="text/plain")


@view("/stream")
def stream(request):
    return streaming(material.generated())


@view("/stream/blocks")
def stream_of_blocks(request):
    return streaming(material.Blocks(b"app ", b"", "caf\u00e9".encode(), b""))


@view("/stream/fails")
def stream_fails(request):
    return streaming(material.Blocks(b"app first\n", ValueError("in the stream")))


@view("/stream/fails-at-once")
def stream_fails_at_once(request):
    return streaming(material.Blocks(ValueError("at once")))


@view("/stream/stepwise")
def stepwise(request):
    return streaming(material.stepwise())


def data():
    return os.path.join(HERE, "data.txt")


@view("/file")
def file(request):
    return FileResponse(data(), request)


@view("/file/iterated")
def file_iterated(request):
    return FileResponse(data(), cache_max_age=60, content_type="text/plain")


@view("/file/rest")
def rest_of_file(request):
    rest = open(data(), "rb")
    rest.seek(10)
    return streaming(request.environ["wsgi.file_wrapper"](rest))


@view("/file/blocks")
def file_in_blocks(request):
    return streaming(FileIter(open(data(), "rb"), 100))


@view("/large")
def large(request):
    return plain(b"".join(material.repeated(int(request.GET["bytes"]))))


@view("/large/stream")
def large_stream(request):
    return streaming(material.repeated(int(request.GET["bytes"])))


@view("/gzip")
def zipped(request):
    response = plain("app " + "zipped " * 200)
    if "lazy" in request.GET:
        response = streaming(material.repeated(5000, 1000))
    response.vary = ["Accept-Encoding"]
    if "gzip" in request.accept_encoding:
        response.encode_content("gzip", lazy="lazy" in request.GET)
    return response


@view("/where", renderer="json")
def where(request):
    return {
        "absolute": request.url,
        "base": request.path_url,
        "application": request.application_url,
        "reversed": request.route_url("named", name="caf\u00e9"),
        "relative": request.relative_url("beside?q=1"),
        "static": request.static_url(os.path.join(HERE, "static") + "/site.css"),
        "host": request.host,
        "port": request.host_port,
        "domain": request.domain,
        "scheme": request.scheme,
        "path": request.path,
        "path info": request.path_info,
        "full path": request.path_qs,
        "script name": request.script_name,
        "client": request.remote_addr,
        "clients": request.client_addr,
    }


@view("/meta", renderer="json")
def meta(request):
    return material.described(
        {key: value for key, value in request.environ.items() if not key.startswith("webob.")}
    )


@view("/log")
def log(request):
    logger.warning("logged caf\u00e9")
    print("printed caf\u00e9")
    print("to stderr", file=sys.stderr)
    request.environ["wsgi.errors"].write("to wsgi.errors\n")
    return plain("app logged")


def make_application():
    config = Configurator(session_factory=SignedCookieSessionFactory(SECRET, reissue_time=None))
    for name, path in routes.items():
        config.add_route(name, path)
    config.add_static_view("served", os.path.join(HERE, "static"), cache_max_age=60)
    config.add_subscriber(note_end, NewRequest)
    for function, more in views:
        config.add_view(function, **more)
    return material.telling(config.make_wsgi_app())


application = make_application()
