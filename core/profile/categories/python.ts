import { byModule, byName, type CategoryRule } from './rule.js';

const inPackage = (names: string): RegExp => new RegExp(`^(?:${names})(?:/|\\.py|\\.pyx|\\.cpython|\\.abi3|$)`);

/**
 * The part of a path that follows a folder of sys.path: `json/encoder.py` for the standard library, `flask/app.py` for a package. py-spy
 * writes it so itself. Null for an absolute path elsewhere: that is the service's own code, whatever its folders are called.
 */
export function pythonPath(module: string): string | null {
  const installed = /^.*\/(?:site|dist)-packages\/(.+)$/.exec(module)?.[1];
  if (installed !== undefined) return installed;
  const standard = /^.*\/lib\/python\d[\d.]*\/(?:lib-dynload\/)?(.+)$/.exec(module)?.[1];
  if (standard !== undefined) return standard;
  return /^(?:\/|[A-Za-z]:)/.test(module) ? null : module;
}

/** Python modules, by the path that `pythonPath` gives. */
export const pythonRules: readonly CategoryRule[] = [
  byModule(
    'database-driver',
    inPackage(
      'psycopg|psycopg2|psycopg_pool|psycopg_binary|asyncpg|pymysql|MySQLdb|mysql|pymongo|bson|motor|redis|aioredis|sqlite3|aiosqlite|cx_Oracle|oracledb|pyodbc|aiomysql|cassandra|clickhouse_driver|clickhouse_connect|elasticsearch',
    ),
  ),
  byModule('orm', inPackage('sqlalchemy|peewee|pony|tortoise|mongoengine|sqlmodel|django/db|alembic')),
  byName(
    'gc',
    /^(?:gc_collect_main|gc_collect_with_callback|collect_generations|_PyGC_|PyGC_|deduce_unreachable|visit_decref|subtract_refs)|^gc\.collect$|^:GC:$/,
  ),
  byName('lock', /^(?:take_gil|drop_gil|PyEval_RestoreThread|PyThread_acquire_lock\w*|lock_PyThread_acquire_lock|acquire_timed)$/),
  byModule(
    'serialization',
    inPackage(
      'json|simplejson|orjson|ujson|rapidjson|pickle|_pickle|marshal|msgpack|yaml|pydantic|pydantic_core|marshmallow|google/protobuf|xml|lxml|csv|_json|attrs|cattrs|avro',
    ),
  ),
  byModule('regex', inPackage('re|sre_compile|sre_parse|_sre|regex')),
  byName('regex', /^(?:sre_|_sre_|SRE\()/),
  byModule(
    'crypto',
    inPackage(
      'hashlib|hmac|ssl|cryptography|Crypto|Cryptodome|nacl|bcrypt|passlib|jwt|jose|OpenSSL|_hashlib|_ssl|secrets|django/contrib/auth/hashers|werkzeug/security',
    ),
  ),
  byModule('compression', inPackage('zlib|gzip|bz2|lzma|zipfile|brotli|zstandard|zstd|lz4|snappy')),
  byModule('logging', inPackage('logging|loguru|structlog')),
  byModule('templating', inPackage('jinja2|mako|chameleon|django/template|markupsafe')),
  byModule('module-load', /^<frozen (?:importlib|zipimport)|^importlib\//),
  byName('module-load', /^(?:_find_and_load|_load_unlocked|exec_module|import_find_and_load)/),
  byModule('reflection', inPackage('inspect|typing|copy|dataclasses|abc')),
  byModule(
    'network-io',
    inPackage(
      'socket|selectors|http|urllib|urllib3|requests|httpx|httpcore|h11|h2|aiohttp|httptools|websockets|_socket|select|socketserver',
    ),
  ),
  byModule('file-io', inPackage('pathlib|shutil|tempfile|glob|fileinput|io')),
  byModule(
    'framework',
    inPackage(
      'django|flask|werkzeug|starlette|fastapi|gunicorn|uvicorn|hypercorn|waitress|tornado|sanic|bottle|falcon|pyramid|celery|kombu|billiard|gevent|greenlet|eventlet|anyio|trio|uvloop|twisted|click|dramatiq|rq',
    ),
  ),
  byModule('runtime', /^<frozen |^<string>$/),
  byModule(
    'runtime',
    /^(?:threading|asyncio\/\w+|concurrent\/futures\/\w+|multiprocessing\/\w+|queue|contextlib|functools|collections\/\w+|runpy|subprocess|email\/\w+|datetime|decimal|_strptime|random|statistics|heapq|enum|traceback|warnings|weakref|codecs|encodings\/\w+|string|textwrap|argparse|ast|tokenize|operator|posixpath|os|types|uuid|fractions|calendar|locale|html\/\w+|mimetypes|signal|sched|profile|cProfile|pstats|timeit|unittest\/\w+|bisect|numbers|copyreg|linecache|_weakrefset|_collections_abc|_py\w+)\.py$/,
  ),
];
