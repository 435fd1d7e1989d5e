"""Seats by Flask under twelve threads: a lock of the process lets one of them at a time ask for a seat."""
import sys
import threading
import urllib.request

from flask import Flask
from serving import serve_wsgi

app = Flask(__name__)
one_at_a_time = threading.Lock()


def reserve():
    with one_at_a_time, urllib.request.urlopen(sys.argv[2] + "/seat") as answer:
        return answer.read()


@app.get("/seats/<int:number>")
def seat(number):
    return {"seat": len(reserve())}


serve_wsgi(app, threads=12)
