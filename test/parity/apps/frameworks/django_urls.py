"""URLs of the Django site."""

from django.urls import path, re_path
from django.views.static import serve
from frameworks import django_views as views
from frameworks import django_uploads as uploads
from frameworks.django_settings import STATIC_ROOT

urlpatterns = [
    path("", views.text),
    path("after", views.after),
    path("text", views.text, name="text"),
    path("html", views.html),
    path("json", views.json),
    path("slash/", views.text),
    path("redirect", views.redirected),
    path("names/<path:name>", views.named, name="named"),
    path("status/<int:status>", views.status),
    path("raise/<name>", views.raises),
    path("fields", views.fields),
    path("cookies", views.cookies),
    path("cookies/seen", views.cookies_seen),
    path("session", views.session),
    path("flash", views.flash),
    path("csrf", views.csrf_form),
    path("form", uploads.form),
    path("raw", uploads.raw),
    path("upload/<handler>", uploads.upload),
    path("only-get", views.only_get),
    path("of-a-class", views.OfAClass.as_view()),
    path("conditional", views.conditional),
    path("conditional-by-middleware", views.conditional_by_middleware),
    path("stream", views.stream),
    path("stream/blocks", views.stream_of_blocks),
    path("stream/fails", views.stream_fails),
    path("stream/fails-at-once", views.stream_fails_at_once),
    path("stream/stepwise", views.stepwise),
    path("async", views.asynchronous),
    path("async/stream", views.asynchronous_stream),
    path("file", views.file),
    path("file/attachment", views.attachment),
    path("file/memory", views.file_in_memory),
    path("file/rest", views.rest_of_file),
    re_path("^served/(?P<path>.*)$", serve, {"document_root": STATIC_ROOT}),
    path("large", views.large),
    path("large/stream", views.large_stream),
    path("gzip", views.zipped),
    path("gzip/stream", views.zipped_stream),
    path("where", views.where),
    path("meta", views.meta),
    path("log", views.log),
]
