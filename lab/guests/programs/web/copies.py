"""Tariffs of a region by aiohttp: the whole book is copied deeply for every request, and one entry is read."""
import copy

from aiohttp import web
from serving import listening_socket

BOOK = {f"region {number}": {"rate": number, "steps": [{"from": step, "cents": step * 3} for step in range(12)]} for number in range(90)}


async def region(request):
    book = copy.deepcopy(BOOK)
    return web.json_response(book[f"region {request.match_info['number']}"])


app = web.Application()
app.router.add_get("/regions/{number}", region)
listener = listening_socket()
print(listener.getsockname()[1], flush=True)
web.run_app(app, sock=listener, print=None)
