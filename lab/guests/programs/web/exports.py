"""Downloads by FastAPI: every one is packed at the highest level, by code that does without the interpreter's lock."""
import zlib

from fastapi import FastAPI, Response
from serving import serve_asgi

app = FastAPI()
ROWS = b"".join(b"%d;%d;row of the export\n" % (number, number * number % 977) for number in range(20000))


@app.get("/export")
def export():
    return Response(zlib.compress(ROWS, 9), media_type="application/octet-stream")


serve_asgi(app)
