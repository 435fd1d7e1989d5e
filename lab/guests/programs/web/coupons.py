"""Coupons by FastAPI and asyncpg: the row is locked, and kept while another check sleeps."""
import asyncio
import sys
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI
from serving import serve_asgi


@asynccontextmanager
async def lifespan(app):
    app.state.pool = await asyncpg.create_pool(sys.argv[1], min_size=10, max_size=10)
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/coupons/{coupon}")
async def redeem(coupon: int):
    async with app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE coupons SET used = used + 1 WHERE coupon_id = $1", coupon)
        await asyncio.sleep(0.02)
    return {"ok": True}


serve_asgi(app)
