import type { ProfileCategory } from '../../model/profile.js';
import { byModule, byName, type CategoryRule } from './rule.js';

/** npm packages by what their CPU is spent for. A scope without a package name stands for all of it. */
const packages: readonly [ProfileCategory, string][] = [
  [
    'database-driver',
    'pg pg-protocol pg-pool pg-types pg-native pg-cursor pg-query-stream postgres postgres-array postgres-bytea postgres-date postgres-interval mysql mysql2 sqlstring mariadb mongodb bson ioredis redis @redis redis-parser standard-as-callback tedious mssql oracledb better-sqlite3 sqlite3 cassandra-driver @clickhouse @elastic memcached memjs neo4j-driver @neondatabase @planetscale @libsql @vercel/postgres pg-promise pg-connection-string pgpass',
  ],
  [
    'orm',
    'sequelize typeorm knex objection bookshelf @prisma prisma .prisma massive @databases drizzle-orm @mikro-orm mikro-orm mongoose kysely slonik waterline',
  ],
  [
    'serialization',
    'protobufjs @protobufjs google-protobuf @bufbuild msgpackr @msgpack msgpack5 msgpack-lite cbor cbor-x avsc fast-json-stringify json-stringify-safe safe-stable-stringify fast-safe-stringify fast-json-stable-stringify secure-json-parse superjson flatted devalue serialize-javascript serialize-error json5 yaml js-yaml fast-xml-parser xml2js sax csv-parse csv-stringify papaparse class-transformer bigint-json json-bigint body-parser-json',
  ],
  ['regex', 're2 xregexp path-to-regexp-safe'],
  [
    'crypto',
    'bcrypt bcryptjs argon2 scrypt-js crypto-js node-forge jsonwebtoken jws jwa jose tweetnacl sodium-native libsodium-wrappers elliptic @noble hash.js md5 sha.js',
  ],
  ['compression', 'pako fflate compression zlibjs snappy snappyjs lz4 brotli archiver jszip node-gzip @mongodb-js/zstd'],
  [
    'logging',
    'pino pino-pretty pino-http pino-std-serializers thread-stream sonic-boom winston winston-transport logform bunyan log4js loglevel debug morgan signale tslog roarr npmlog consola',
  ],
  [
    'templating',
    'pug pug-runtime ejs handlebars mustache nunjucks eta hogan.js liquidjs marko dot doT squirrelly react-dom preact-render-to-string @vue/server-renderer',
  ],
  ['reflection', 'reflect-metadata'],
];

const categoryByPackage = new Map(
  packages.flatMap(([category, names]) => names.split(' ').map((name): [string, ProfileCategory] => [name, category])),
);

/** Name of the innermost npm package a path belongs to (`@scope/name` included); null outside of node_modules. */
export function packageOf(module: string): string | null {
  const at = module.lastIndexOf('node_modules/');
  if (at === -1) return null;
  const [first = '', second = ''] = module.slice(at + 'node_modules/'.length).split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

/** Category of a package that does one kind of work; null for one that does not say (it is a `framework` or other dependency then). */
export function packageCategory(name: string): ProfileCategory | null {
  return categoryByPackage.get(name) ?? categoryByPackage.get(name.split('/')[0] ?? '') ?? null;
}

/** Frames of Node and V8. https://github.com/nodejs/node/tree/v20.x/lib */
export const nodeRules: readonly CategoryRule[] = [
  byName(
    'gc',
    /^\(garbage collector\)$|^V8\.GC\w*$|^(?:v8::internal::)?(?:Scavenge|MarkCompact|Heap::|ScavengerCollector|MinorMC)|v8::internal::(?:Heap|Scaveng|MarkCompact|Sweeper|ConcurrentMarking)/,
  ),
  byName('regex', /^RegExp:|v8::internal::(?:RegExp|Irregexp|NativeRegExp)|^Builtin:RegExp|^Builtins_RegExp/),
  byName(
    'serialization',
    /^(?:Builtins?[:_])?Json(?:Parse|Stringify)$|v8::internal::Json(?:Parser|Stringifier)|^JSON\.(?:parse|stringify)$|^structuredClone$/,
  ),
  byName(
    'module-load',
    /v8::internal::(?:Compiler|parsing|interpreter::Bytecode|Parser)|^\(?(?:compileFunction|compileFunctionForCJSLoader|compileSourceTextModule)\)?$/,
  ),
  byName('lock', /^Atomics\.wait$|v8::internal::FutexEmulation/),
  byModule('module-load', /^node:internal\/(?:modules|bootstrap)\/|^node:internal\/process\/esm_loader|^internal\/modules\/|^node:vm$/),
  byModule('crypto', /^node:(?:internal\/)?(?:crypto|_?tls|_tls_)|^(?:internal\/crypto|crypto\.js)/),
  byModule('compression', /^node:zlib|^zlib\.js/),
  byModule('logging', /^node:internal\/(?:console|util\/debuglog)|^node:console/),
  // Rendering whole objects for people to read is what logging spends its time on, whoever writes the line.
  byModule('logging', /^node:internal\/util\/inspect$/),
  byModule('serialization', /^node:(?:internal\/)?(?:v8\/serdes|structured_clone)|^node:v8$|^node:querystring$/),
  byModule('file-io', /^node:(?:internal\/)?fs|^fs\.js/),
  byModule('framework', /^node:_http|^node:https?$|^node:internal\/http/),
  byModule(
    'network-io',
    /^node:(?:net|dgram|dns|_stream|stream|internal\/(?:net|dns|dgram|streams|stream_base|webstreams|js_stream|deps\/undici))|^(?:net|_stream\w*)\.js/,
  ),
  byModule('runtime', /^node:|^internal\/|^\[v8\]$|^native |^wasm:/),
  byName('native', /^\(program\)$/),
];

/** Native leaves of Node that move bytes; without a URL they would be mere runtime. */
export const nodeNativeNames: readonly CategoryRule[] = [
  byName(
    'network-io',
    /^(?:writev|writeBuffer|writeUtf8String|writeLatin1String|writeAsciiString|writeUcs2String|readStart|readStop|shutdown|getsockname|getpeername|getaddrinfo|connect|bind|listen)$/,
  ),
  byName('file-io', /^(?:open|close|read|write|stat|lstat|fstat|readdir|internalModuleStat|writeString|fsync|readFileUtf8)$/),
];
