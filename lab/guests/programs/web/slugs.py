"""Names of pages by Flask under two workers of gunicorn: a pattern that tries every way to split them."""
import re

from flask import Flask, request
from serving import serve_wsgi

app = Flask(__name__)
SLUG = re.compile(r"^([a-z0-9]+-?)+$")


def is_slug(text):
    return SLUG.match(text) is not None


@app.get("/slugs")
def check():
    return {"ok": is_slug(request.args["name"])}


serve_wsgi(app, workers=2)
