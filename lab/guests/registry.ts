import type { Guest } from './guest.js';
import { poolGuests } from './pool-guests.js';
import { pythonGuests } from './python-guests.js';

const loans = `
CREATE TABLE loans (loan_id int PRIMARY KEY, reader_id int NOT NULL, title text, due_on date, returned boolean NOT NULL);
INSERT INTO loans SELECT i, i % 9000, 'Title ' || i, date '2026-01-01' + i % 300, i % 10 <> 0 FROM generate_series(1, 400000) i;`;

const appointments = `
CREATE TABLE patients (patient_id int PRIMARY KEY, name text);
INSERT INTO patients SELECT i, 'Patient ' || i FROM generate_series(1, 5000) i;
CREATE TABLE appointments (appointment_id int PRIMARY KEY, day int NOT NULL, patient_id int NOT NULL, starts_at int);
INSERT INTO appointments SELECT i, i % 500, 1 + i % 5000, i % 48 FROM generate_series(1, 30000) i;
CREATE INDEX ON appointments (day);`;

const library: Guest = {
  name: 'library-loans',
  kind: 'fault',
  title: 'Fastify and the postgres driver: the loans of a reader have no index',
  program: 'test/programs/fastify-postgres.mjs',
  schema: loans,
  endpoint: {
    name: 'loans',
    method: 'GET',
    path: '/readers/42/loans',
    budgets: { p95Ms: 15 },
    load: { executor: 'constant-vus', vus: 10 },
  },
  truth: { cause: { id: 'missing-index', location: { relation: 'loans', columns: ['reader_id'] } }, outcomes: ['localized'] },
};

const clinic: Guest = {
  name: 'clinic-day-sheet',
  kind: 'fault',
  title: 'Express and knex: the patient of every appointment is fetched alone',
  program: 'test/programs/express-knex.mjs',
  schema: appointments,
  endpoint: { name: 'day-sheet', method: 'GET', path: '/days/7', budgets: { p95Ms: 15 }, load: { executor: 'constant-vus', vus: 10 } },
  truth: { cause: { id: 'n-plus-one', location: { statement: ['patients'] } }, outcomes: ['localized', 'mixed'] },
};

const search: Guest = {
  name: 'search-fuzzy',
  kind: 'fault',
  title: 'Express: the edit distance to every title, by the textbook',
  program: 'lab/guests/programs/search.mjs',
  endpoint: {
    name: 'search',
    method: 'GET',
    path: '/search?q=the%20read%20buk%20of%20see',
    budgets: { p95Ms: 60 },
    load: { executor: 'constant-vus', vus: 6 },
  },
  truth: { cause: { id: 'hot-function', location: { frames: ['editDistance', '(anonymous)'], file: 'search' } }, outcomes: ['localized'] },
};

const products = `
CREATE TABLE products (id int PRIMARY KEY, name text NOT NULL, price numeric(10, 2) NOT NULL);
INSERT INTO products SELECT i, (ARRAY['Oak', 'Pine', 'Steel', 'Linen', 'Copper', 'Marble', 'Walnut', 'Glass'])[1 + i % 8] || ' ' || (ARRAY['table', 'lamp', 'shelf', 'chair', 'bowl'])[1 + i % 5] || ' ' || md5(i::text),
  (i * 7919 % 100000) / 100.0 FROM generate_series(1, 200000) i;`;

const counted: Guest = {
  name: 'product-search-counted',
  kind: 'fault',
  title: 'Express and a pool of five on PostgreSQL with pg_stat_statements: a word anywhere in the name of 200 000 products, dearest first',
  program: 'lab/guests/programs/products.mjs',
  schema: products,
  endpoint: {
    name: 'search',
    method: 'GET',
    path: '/products?q=walnut',
    budgets: { p95Ms: 100 },
    load: { executor: 'constant-vus', vus: 20 },
  },
  truth: {
    cause: { id: 'non-sargable-predicate', location: { relation: 'products', columns: ['name'] } },
    outcomes: ['localized', 'mixed'],
  },
};

const newcomer: Guest = {
  ...counted,
  name: 'product-search',
  title: 'the same on PostgreSQL as it comes, without pg_stat_statements',
  hasNoStatements: true,
};

/** Services of which the rules know nothing. Some captures are missing on purpose. */
export const guests: Guest[] = [
  newcomer,
  counted,
  library,
  clinic,
  {
    name: 'weather-forecast',
    kind: 'fault',
    title: 'plain Node: every request waits for a slow forecast',
    program: 'lab/guests/programs/weather.mjs',
    peer: { answerAfterMs: 220 },
    endpoint: {
      name: 'town',
      method: 'GET',
      path: '/towns/77',
      budgets: { p95Ms: 100 },
      load: { executor: 'constant-arrival-rate', rate: 45, maxVus: 40 },
    },
    truth: { cause: { id: 'slow-dependency', location: { partner: 'peer' } }, outcomes: ['localized'] },
  },
  {
    name: 'ticket-counter',
    kind: 'fault',
    title: 'plain Node and pg: one row gives out the numbers, and is kept for long',
    program: 'lab/guests/programs/tickets.mjs',
    schema:
      'CREATE TABLE counters (counter_id int PRIMARY KEY, last_number int NOT NULL); INSERT INTO counters VALUES (1, 0); CREATE TABLE tickets (number int);',
    endpoint: {
      name: 'sell',
      method: 'POST',
      path: '/tickets',
      budgets: { p95Ms: 100 },
      load: { executor: 'constant-vus', vus: 14 },
    },
    truth: { cause: { id: 'row-lock', location: { relation: 'counters' } }, outcomes: ['localized'] },
  },
  {
    name: 'ledger-balance',
    kind: 'fault',
    title: 'plain Node and pg: two connections, each kept while a rate is asked for elsewhere',
    program: 'lab/guests/programs/ledger.mjs',
    schema:
      'CREATE TABLE accounts (account_id int PRIMARY KEY, balance int); INSERT INTO accounts SELECT i, i FROM generate_series(1, 20000) i;',
    peer: { answerAfterMs: 30 },
    endpoint: {
      name: 'balance',
      method: 'GET',
      path: '/accounts/4242',
      budgets: { p95Ms: 90 },
      load: { executor: 'constant-vus', vus: 12 },
    },
    truth: { cause: { id: 'pool-exhausted', location: { pool: true } }, outcomes: ['localized', 'mixed'] },
  },
  search,
  {
    ...search,
    name: 'search-unprofiled',
    kind: 'control',
    title: 'the same search, where the profiler that the catalog names cannot be had',
    profiler: 'py-spy',
    truth: { cause: null, outcomes: ['inconclusive'] },
  },
  {
    name: 'map-tiles',
    kind: 'fault',
    title: 'plain Node: six thousand points are written out as JSON for every request',
    program: 'lab/guests/programs/tiles.mjs',
    endpoint: { name: 'tile', method: 'GET', path: '/tiles/3/4/5', budgets: { p95Ms: 40 }, load: { executor: 'constant-vus', vus: 9 } },
    truth: { cause: { id: 'serialization', location: { frames: ['writeTile'], file: 'tiles' } }, outcomes: ['localized'] },
  },
  {
    name: 'sign-in',
    kind: 'fault',
    title: 'plain Node: passwords are hashed in the thread pool, which is too small for them',
    program: 'lab/guests/programs/passwords.mjs',
    endpoint: { name: 'sign-in', method: 'POST', path: '/sessions', budgets: { p95Ms: 90 }, load: { executor: 'constant-vus', vus: 16 } },
    truth: { cause: { id: 'thread-pool-starvation', location: {} }, outcomes: ['localized'] },
  },
  {
    name: 'packed-export',
    kind: 'fault',
    title: 'Fastify: every download is packed at the highest level, in the thread of all requests',
    program: 'lab/guests/programs/archive.mjs',
    endpoint: { name: 'export', method: 'GET', path: '/export.csv', budgets: { p95Ms: 80 }, load: { executor: 'constant-vus', vus: 8 } },
    truth: { cause: { id: 'compression', location: { file: 'archive' } }, outcomes: ['localized'] },
  },
  {
    name: 'regional-turnover',
    kind: 'fault',
    title: 'Fastify and the postgres driver: one statement adds up all sales, and no index would help it',
    program: 'lab/guests/programs/turnover.mjs',
    schema:
      'CREATE TABLE sales (sale_id int PRIMARY KEY, region int, amount int, quantity int); INSERT INTO sales SELECT i, i % 12, i % 977, i % 7 FROM generate_series(1, 500000) i;',
    endpoint: { name: 'turnover', method: 'GET', path: '/turnover', budgets: { p95Ms: 100 }, load: { executor: 'constant-vus', vus: 5 } },
    truth: { cause: { id: 'expensive-query', location: { statement: ['sales', 'group by'] } }, outcomes: ['localized'] },
  },
  {
    name: 'patient-form',
    kind: 'fault',
    title: 'Express: a timer of the service holds every request, and nothing from outside says so',
    program: 'lab/guests/programs/patience.mjs',
    endpoint: {
      name: 'form',
      method: 'GET',
      path: '/form',
      budgets: { p95Ms: 120 },
      load: { executor: 'constant-arrival-rate', rate: 50, maxVus: 40 },
    },
    truth: { cause: { id: 'inside-wait', location: {} }, outcomes: ['localized'] },
  },
  {
    name: 'label-printer',
    kind: 'fault',
    title: 'plain Node: a lock of the process lets one request at a time talk to the printer',
    program: 'lab/guests/programs/printer.mjs',
    peer: { answerAfterMs: 25 },
    endpoint: { name: 'label', method: 'GET', path: '/labels/9', budgets: { p95Ms: 100 }, load: { executor: 'constant-vus', vus: 12 } },
    truth: { cause: { id: 'inside-wait', location: {} }, outcomes: ['localized'] },
  },
  {
    ...library,
    name: 'library-unlisted-database',
    title: 'the loans again, where the catalog does not name the database: it is a slow peer then, at its address',
    isDatabaseUnlisted: true,
    truth: { cause: { id: 'slow-dependency', location: { partner: 'database' } }, outcomes: ['localized'] },
  },
  {
    ...library,
    name: 'library-unread-database',
    title: 'the loans again, where the responder may not look into the database: it is a slow peer then, too',
    isDatabaseUnread: true,
    truth: { cause: { id: 'slow-dependency', location: { partner: 'database' } }, outcomes: ['localized'] },
  },
  {
    ...clinic,
    name: 'clinic-patient',
    kind: 'control',
    title: 'the day sheet again, with a budget that it keeps',
    endpoint: { ...clinic.endpoint, name: 'day-sheet-patient', budgets: { p95Ms: 3000 } },
    truth: { cause: null, outcomes: ['not-reproduced'] },
  },
  {
    name: 'currency-rates',
    kind: 'fault',
    title: 'Python, a thread for each request: every one waits for a bank',
    program: 'lab/guests/programs/currency.py',
    peer: { answerAfterMs: 180 },
    endpoint: {
      name: 'rate',
      method: 'GET',
      path: '/rates/eur',
      budgets: { p95Ms: 90 },
      load: { executor: 'constant-arrival-rate', rate: 30, maxVus: 30 },
    },
    truth: { cause: { id: 'slow-dependency', location: { partner: 'peer' } }, outcomes: ['localized'] },
  },
  {
    name: 'series-statistics',
    kind: 'control',
    title: 'Python: loops in the interpreter, and no profile to be had',
    program: 'lab/guests/programs/statistics.py',
    // It serves none there.
    profiler: { pprofUrl: 'http://127.0.0.1:{port}/none' },
    endpoint: { name: 'average', method: 'GET', path: '/average', budgets: { p95Ms: 60 }, load: { executor: 'constant-vus', vus: 6 } },
    truth: { cause: null, outcomes: ['inconclusive'] },
  },
  {
    name: 'parcel-list',
    kind: 'fault',
    title: 'Python and pg8000: the parcels of a receiver have no index',
    program: 'lab/guests/programs/parcels.py',
    schema:
      'CREATE TABLE parcels (parcel_id int PRIMARY KEY, receiver_id int NOT NULL, weight int, delivered boolean NOT NULL); INSERT INTO parcels SELECT i, i % 20000, i % 900, i % 8 <> 0 FROM generate_series(1, 600000) i;',
    endpoint: {
      name: 'parcels',
      method: 'GET',
      path: '/receivers/815',
      budgets: { p95Ms: 60 },
      load: { executor: 'constant-vus', vus: 8 },
    },
    truth: { cause: { id: 'missing-index', location: { relation: 'parcels', columns: ['receiver_id'] } }, outcomes: ['localized'] },
  },
  {
    name: 'prime-count',
    kind: 'fault',
    title: 'Go with net/http/pprof: trial division',
    program: 'lab/guests/programs/primes',
    profiler: { pprofUrl: 'http://127.0.0.1:{port}' },
    endpoint: { name: 'primes', method: 'GET', path: '/primes', budgets: { p95Ms: 60 }, load: { executor: 'constant-vus', vus: 8 } },
    truth: { cause: { id: 'hot-function', location: { frames: ['isPrime', 'countPrimes'] } }, outcomes: ['localized'] },
  },
  {
    name: 'berth-bookings',
    kind: 'fault',
    title: 'Go with net/http/pprof: a mutex is held while somebody else is told',
    program: 'lab/guests/programs/berths',
    profiler: { pprofUrl: 'http://127.0.0.1:{port}' },
    endpoint: { name: 'booking', method: 'GET', path: '/berths', budgets: { p95Ms: 30 }, load: { executor: 'constant-vus', vus: 8 } },
    truth: { cause: { id: 'inside-wait', location: { frames: ['bookBerth'], file: 'main' } }, outcomes: ['localized'] },
  },
  {
    name: 'document-list',
    kind: 'fault',
    title: 'Fastify: every request reads all documents of a folder, synchronously',
    program: 'lab/guests/programs/documents.mjs',
    endpoint: { name: 'documents', method: 'GET', path: '/documents', budgets: { p95Ms: 40 }, load: { executor: 'constant-vus', vus: 8 } },
    truth: { cause: { id: 'hot-function', location: { frames: ['firstLines'], file: 'documents' } }, outcomes: ['localized'] },
  },
  ...pythonGuests,
  ...poolGuests,
];
