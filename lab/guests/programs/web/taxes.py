"""Taxes by Flask under one worker of gunicorn, which asks the office and serves nobody else meanwhile."""
import sys
import urllib.request

from flask import Flask
from serving import serve_wsgi

app = Flask(__name__)


@app.get("/taxes/<int:number>")
def tax(number):
    with urllib.request.urlopen(sys.argv[2] + "/office") as answer:
        return {"tax": len(answer.read())}


serve_wsgi(app)
