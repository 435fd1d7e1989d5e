"""A tariff by Flask: every step of the calculation is written to a file, some with the stack."""
import logging
import os
import tempfile

from flask import Flask
from serving import serve_wsgi

app = Flask(__name__)
audit = logging.getLogger("audit")
audit.setLevel(logging.DEBUG)
log = tempfile.NamedTemporaryFile(prefix="guest-tariffs-", suffix=".log", delete=False)
os.unlink(log.name)
handler = logging.StreamHandler(open(os.dup(log.fileno()), "w", encoding="utf-8"))
handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(process)d %(threadName)s %(message)s"))
audit.addHandler(handler)


def tariff(item):
    total = 0
    for step in range(600):
        total += (item * step) % 97
        audit.debug("item %s step %d subtotal %s", item, step, total, stack_info=step % 20 == 0)
    return total


@app.get("/tariffs/<int:item>")
def price(item):
    return {"price": tariff(item)}


serve_wsgi(app, threads=8)
