"""Tracks by FastAPI and pydantic: 8000 points are checked and written as JSON for every request."""
from fastapi import FastAPI
from pydantic import BaseModel
from serving import serve_asgi


class Point(BaseModel):
    lat: float
    lon: float
    label: str


class Track(BaseModel):
    points: list[Point]


RAW = {"points": [{"lat": index * 0.1, "lon": index * 0.2, "label": f"p{index}"} for index in range(8000)]}
app = FastAPI()


@app.get("/tracks/{number}")
def track(number: int):
    checked = Track.model_validate(RAW)
    return {"points": len(checked.points), "bytes": len(checked.model_dump_json())}


serve_asgi(app)
