"""GET /search?q=red: the ten dearest products whose name holds a word."""

import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=1, max_size=5)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


@app.get("/search")
async def search(q: str = ""):
    rows = await app.state.pool.fetch(
        "SELECT id, name, price FROM products WHERE lower(name) LIKE '%' || $1 || '%' ORDER BY price DESC LIMIT 10", q
    )
    return [dict(row) for row in rows]
