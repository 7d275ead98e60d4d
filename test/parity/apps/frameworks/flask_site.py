"""The Flask site: one view for each thing that a site does with its server."""

import asyncio
import io
import os
import sys
from datetime import datetime, timezone

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    get_flashed_messages,
    jsonify,
    make_response,
    redirect,
    request,
    send_file,
    send_from_directory,
    session,
    stream_with_context,
    url_for,
)
from flask.views import MethodView
from frameworks import material

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TEXT = "text/plain; charset=utf-8"

site = Flask(__name__, static_folder=None)
site.secret_key = "of the parity tests, and of nothing else"
# With a limit Werkzeug reads bodies in blocks: wsgiref.validate refuses read() without a size.
site.config["MAX_CONTENT_LENGTH"] = 21 * 1024 * 1024
site.debug = os.environ.get("FLASK_SITE_DEBUG") == "1"


def plain(body, status=200):
    return Response(body, status, content_type=TEXT)


@site.teardown_request
def note_end(error):
    material.events.append("request torn down" + (" after %s" % error if error else ""))


@site.get("/after")
def after():
    return plain("app /after")


@site.get("/")
@site.get("/text")
@site.get("/slash/")
def text():
    return plain(material.TEXT)


@site.get("/html")
def html():
    return material.HTML


@site.get("/json")
def json():
    return jsonify(material.DATA)


@site.get("/redirect")
def redirected():
    target = request.args.get("to") or url_for("named", name="caf\u00e9 b")
    return redirect(target, 308 if "permanent" in request.args else 302)


@site.get("/names/<path:name>")
def named(name):
    return jsonify(name=name, query=request.args.to_dict(flat=False), path=request.path)


@site.route("/status/<int:status>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def status(status):
    return plain("app status %d" % status, status)


@site.get("/raise/<name>")
def raises(name):
    if name == "system-exit":
        raise SystemExit(3)
    if name == "500":
        raise ValueError("raised caf\u00e9")
    abort(int(name), "raised caf\u00e9")


@site.get("/fields")
def fields():
    response = plain("app fields")
    response.headers["X-One"] = "a, b"
    response.headers["X-Blank"] = ""
    response.headers["x-lower"] = "lower"
    response.headers["X-Latin"] = "caf\u00e9"
    response.headers.add("Link", "<a>; rel=next")
    response.headers.add("Link", "<b>; rel=prev")
    response.headers.add("WWW-Authenticate", "Basic realm=a")
    response.headers.add("WWW-Authenticate", "Bearer")
    response.vary.update(["Cookie", "Accept-Language"])
    response.cache_control.no_store = True
    response.content_language.add("de")
    return response


@site.get("/cookies")
def cookies():
    response = plain("app cookies")
    response.set_cookie("plain", "1")
    response.set_cookie("full", "a b", max_age=3600, path="/x", domain="example.org", secure=True, httponly=True,
                        samesite="Lax")
    response.set_cookie("dated", "2", expires=datetime(2031, 1, 1, tzinfo=timezone.utc))
    response.set_cookie("unicode", "caf\u00e9")
    response.delete_cookie("gone")
    return response


@site.get("/cookies/seen")
def cookies_seen():
    return jsonify(request.cookies)


@site.get("/session")
def session_value():
    before = session.get("value")
    if "value" in request.args:
        session["value"] = request.args["value"]
    if "flush" in request.args:
        session.clear()
    return jsonify(before=before)


@site.get("/flash")
def flashes():
    seen = get_flashed_messages()
    if "say" in request.args:
        flash(request.args["say"])
    return jsonify(messages=seen)


@site.post("/form")
def form():
    return jsonify(
        method=request.method,
        fields=request.form.to_dict(flat=False),
        files={key: [told_of(each) for each in request.files.getlist(key)] for key in request.files},
    )


def told_of(each):
    blocks = material.read_in_blocks(each.stream)
    return {"name": each.filename, "type": each.content_type, **material.digest_of(blocks)}


@site.route("/raw", methods=["POST", "PUT"])
def raw():
    """The body, read at once (?how=body), in blocks or by lines."""
    how = request.args.get("how", "blocks")
    if how == "body":
        blocks = [request.get_data()]
    elif how == "lines":
        blocks = request.stream
    else:
        blocks = material.read_in_blocks(request.stream)
    return jsonify(type=request.content_type, **material.digest_of(blocks))


@site.post("/mirrored-json")
def mirrored_json():
    return jsonify(request.get_json())


@site.get("/only-get")
def only_get():
    return plain("app got")


class OfAClass(MethodView):
    def get(self):
        return plain("app get")

    def put(self):
        return plain(b"app put " + request.get_data())


site.add_url_rule("/of-a-class", view_func=OfAClass.as_view("of_a_class"))


@site.route("/conditional", methods=["GET", "POST"])
def conditional():
    response = plain("app conditional")
    response.set_etag(material.TAG)
    response.last_modified = material.CHANGED
    return response.make_conditional(request, accept_ranges=True, complete_length=len("app conditional"))


@site.get("/stream")
def stream():
    return Response(material.generated(), content_type=TEXT)


@site.get("/stream/blocks")
def stream_of_blocks():
    return Response(material.Blocks(b"app ", b"", "caf\u00e9".encode(), b""), content_type=TEXT)


@site.get("/stream/fails")
def stream_fails():
    return Response(material.Blocks(b"app first\n", ValueError("in the stream")), content_type=TEXT)


@site.get("/stream/fails-at-once")
def stream_fails_at_once():
    return Response(material.Blocks(ValueError("at once")), content_type=TEXT)


@site.get("/stream/with-context")
def stream_with_the_context():
    def blocks():
        for name in ("a", "b"):
            yield "app %s %s\n" % (name, request.args.get(name))

    response = Response(stream_with_context(blocks()), content_type=TEXT)
    response.call_on_close(lambda: material.events.append("called on close"))
    return response


@site.get("/async")
async def asynchronous():
    await asyncio.sleep(0)
    return plain("app asynchronous %s" % request.args.get("a"))


@site.get("/stream/stepwise")
def stepwise():
    return Response(material.stepwise(), content_type=TEXT)


@site.get("/file")
def file():
    return send_file(os.path.join(HERE, "data.txt"))


@site.get("/file/attachment")
def attachment():
    return send_file(os.path.join(HERE, "data.txt"), as_attachment=True, download_name="caf\u00e9 \u4e16.txt")


@site.get("/file/memory")
def file_in_memory():
    return send_file(io.BytesIO(b"app in memory"), download_name="memory.json")


@site.get("/file/rest")
def rest_of_file():
    data = open(os.path.join(HERE, "data.txt"), "rb")
    data.seek(10)
    return Response(request.environ["wsgi.file_wrapper"](data), content_type=TEXT, direct_passthrough=True)


@site.get("/served/<path:name>")
def served(name):
    return send_from_directory(os.path.join(HERE, "static"), name, max_age=60)


@site.get("/large")
def large():
    return plain(b"".join(material.repeated(int(request.args["bytes"]))))


@site.get("/large/stream")
def large_stream():
    return Response(material.repeated(int(request.args["bytes"])), content_type=TEXT)


@site.get("/where")
def where():
    return jsonify(
        {
            "absolute": request.url,
            "base": request.base_url,
            "root": request.url_root,
            "reversed": url_for("named", name="caf\u00e9", _external=True),
            "host": request.host,
            "scheme": request.scheme,
            "secure": request.is_secure,
            "path": request.path,
            "full path": request.full_path,
            "script root": request.root_path,
            "client": request.remote_addr,
        }
    )


@site.get("/meta")
def meta():
    return jsonify(material.described(request.environ))


@site.get("/log")
def log():
    site.logger.warning("logged caf\u00e9")
    print("printed caf\u00e9")
    print("to stderr", file=sys.stderr)
    request.environ["wsgi.errors"].write("to wsgi.errors\n")
    return plain("app logged")


blueprint = Blueprint("inner", __name__, url_prefix="/inner")


@blueprint.get("/redirect")
def inner_redirect():
    return redirect(url_for(".target"))


@blueprint.get("/target")
def target():
    return make_response(("app target", 200, {"Content-Type": TEXT}))


site.register_blueprint(blueprint)
application = material.telling(site)
