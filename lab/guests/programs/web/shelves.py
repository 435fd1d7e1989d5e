"""Books of a shelf by Django: the author of every book is fetched alone, as the ORM does when nobody says `select_related`."""
import sys
from urllib.parse import urlsplit

import django
from django.conf import settings
from serving import serve_wsgi

URL = urlsplit(sys.argv[1])
settings.configure(
    SECRET_KEY="none",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": URL.path[1:],
            "USER": URL.username,
            "PASSWORD": URL.password,
            "HOST": URL.hostname,
            "PORT": URL.port,
            "CONN_MAX_AGE": 600,
        }
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Author(models.Model):
    id = models.IntegerField(primary_key=True)
    name = models.TextField()

    class Meta:
        app_label = "library"
        db_table = "authors"


class Book(models.Model):
    id = models.IntegerField(primary_key=True)
    title = models.TextField()
    shelf = models.IntegerField()
    author = models.ForeignKey(Author, on_delete=models.DO_NOTHING)

    class Meta:
        app_label = "library"
        db_table = "books"


def shelf(request, number):
    return JsonResponse({"books": [{"title": book.title, "author": book.author.name} for book in Book.objects.filter(shelf=number)]})


urlpatterns = [path("shelves/<int:number>", shelf)]
serve_wsgi(get_wsgi_application(), threads=8)
