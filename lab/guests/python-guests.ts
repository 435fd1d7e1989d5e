import type { Guest } from './guest.js';

const program = (name: string): string => `lab/guests/programs/web/${name}.py`;

const books = `
CREATE TABLE authors (id int PRIMARY KEY, name text);
INSERT INTO authors SELECT i, 'Author ' || i FROM generate_series(1, 3000) i;
CREATE TABLE books (id int PRIMARY KEY, title text, shelf int NOT NULL, author_id int NOT NULL);
INSERT INTO books SELECT i, 'Title ' || i, i % 500, 1 + i % 3000 FROM generate_series(1, 20000) i;
CREATE INDEX ON books (shelf);`;

const get = (name: string, path: string, p95Ms: number, vus = 8): Guest['endpoint'] => ({
  name,
  method: 'GET',
  path,
  budgets: { p95Ms },
  load: { executor: 'constant-vus', vus },
});

/** Services on the frameworks of Python, profiled by py-spy as `auto` finds it. */
export const pythonGuests: Guest[] = [
  {
    name: 'meter-readings',
    kind: 'fault',
    title: 'FastAPI: an async handler sleeps in the thread of the event loop',
    program: program('meters'),
    endpoint: get('reading', '/meters/7', 60),
    truth: { cause: { id: 'inside-wait', location: { frames: ['ask_meter'], file: 'meters' } }, outcomes: ['localized'] },
  },
  {
    name: 'spelling-suggestions',
    kind: 'fault',
    title: 'Flask and eight threads of gunicorn: edit distances in one interpreter',
    program: program('spelling'),
    endpoint: get('suggestion', '/suggestions/brontosaurus', 40),
    truth: { cause: { id: 'hot-function', location: { frames: ['edit_distance'], file: 'spelling' } }, outcomes: ['localized'] },
  },
  {
    name: 'page-slugs',
    kind: 'fault',
    title: 'Flask and two workers of gunicorn: a pattern that backtracks, which py-spy charges to its caller',
    program: program('slugs'),
    endpoint: get('slug', '/slugs?name=aaaaaaaaaaaaaaaaaaaa!', 60),
    truth: { cause: { id: 'hot-function', location: { frames: ['is_slug'], file: 'slugs' } }, outcomes: ['localized'] },
  },
  {
    name: 'price-list',
    kind: 'fault',
    title: 'Flask and Jinja: 700 lines are rendered for every request',
    program: program('price_list'),
    endpoint: get('prices', '/prices', 40),
    truth: { cause: { id: 'templating', location: {} }, outcomes: ['localized'] },
  },
  {
    name: 'tariff-audit',
    kind: 'fault',
    title: 'Flask: every step of a calculation is logged, some with the stack',
    program: program('tariffs'),
    endpoint: get('tariff', '/tariffs/5', 40),
    truth: { cause: { id: 'logging', location: { frames: ['tariff'], file: 'tariffs' } }, outcomes: ['localized'] },
  },
  {
    name: 'shelf-books',
    kind: 'fault',
    title: 'Django: the author of every book is fetched alone',
    program: program('shelves'),
    schema: books,
    endpoint: get('shelf', '/shelves/7', 15),
    truth: { cause: { id: 'n-plus-one', location: { statement: ['authors'] } }, outcomes: ['localized', 'mixed'] },
  },
  {
    name: 'coupon-counter',
    kind: 'fault',
    title: 'FastAPI and asyncpg: a row is kept locked while something else is waited for',
    program: program('coupons'),
    schema:
      'CREATE TABLE coupons (coupon_id int PRIMARY KEY, used int NOT NULL); INSERT INTO coupons SELECT i, 0 FROM generate_series(1, 100) i;',
    endpoint: { ...get('redeem', '/coupons/1', 60), method: 'POST' },
    truth: { cause: { id: 'row-lock', location: { relation: 'coupons' } }, outcomes: ['localized'] },
  },
  {
    name: 'tax-office',
    kind: 'fault',
    title: 'Flask and one worker of gunicorn: it waits for an office, and everybody else for the worker',
    program: program('taxes'),
    peer: { answerAfterMs: 40 },
    endpoint: get('tax', '/taxes/5', 90),
    truth: { cause: { id: 'slow-dependency', location: { partner: 'peer' } }, outcomes: ['localized'] },
  },
  {
    name: 'seat-reservation',
    kind: 'fault',
    title: 'Flask and twelve threads: a lock of the process is kept while a seat is asked for',
    program: program('seats'),
    peer: { answerAfterMs: 25 },
    endpoint: get('seat', '/seats/5', 60, 12),
    truth: { cause: { id: 'inside-wait', location: {} }, outcomes: ['localized'] },
  },
  {
    name: 'track-points',
    kind: 'fault',
    title: 'FastAPI and pydantic: 8000 points are checked and written for every request',
    program: program('tracks'),
    endpoint: get('track', '/tracks/3', 40),
    truth: { cause: { id: 'serialization', location: { frames: ['track'], file: 'tracks' } }, outcomes: ['localized'] },
  },
  {
    name: 'tariff-copies',
    kind: 'fault',
    title: 'aiohttp: a whole book of tariffs is copied deeply for every request',
    program: program('copies'),
    endpoint: get('region', '/regions/3', 15),
    truth: { cause: { id: 'reflection', location: { frames: ['region'], file: 'copies' } }, outcomes: ['localized'] },
  },
  {
    name: 'packed-download',
    kind: 'fault',
    title: 'FastAPI: every download is packed by zlib, which runs without the lock of the interpreter',
    program: program('exports'),
    endpoint: get('export', '/export', 40),
    // `zlib.compress` is C and leaves no frame: the function that calls it is the place.
    truth: { cause: { id: 'hot-function', location: { frames: ['export'], file: 'exports' } }, outcomes: ['localized'] },
  },
];
