"""Meter readings by FastAPI: an async handler asks the meter with a driver that sleeps, and every other request waits with it."""
import time

from fastapi import FastAPI
from serving import serve_asgi

app = FastAPI()


def ask_meter():
    time.sleep(0.03)
    return 42


@app.get("/meters/{meter}")
async def reading(meter: int):
    return {"meter": meter, "value": ask_meter()}


serve_asgi(app)
