import type { ProfileCategory } from '../../model/profile.js';
import type { CategoryRule } from './rule.js';

/** Where Xdebug and phpspy say a function is that is none of a file. */
const internalModule = /^(?:php:internal|<internal>)$/;

/** Functions and methods that PHP and its extensions bring. Xdebug writes `php::sha1` and `php::PDO->query`, others `sha1` and `PDO::query`. */
const named = (names: string): RegExp => new RegExp(`^(?:php::)?(?:${names})$`);
const method = String.raw`(?:->|::)\w+`;

/** Names that no other language has: they tell also where the profile holds no files. */
const unmistakable: readonly (readonly [ProfileCategory, RegExp])[] = [
  ['database-driver', named(String.raw`(?:PDO(?:Statement)?|mysqli(?:_stmt|_result)?|SQLite3(?:Stmt)?|Redis|Memcached)${method}`)],
  [
    'database-driver',
    named(String.raw`mysqli?_\w+|pg_(?:query|query_params|execute|prepare|send_\w+|get_result|fetch_\w+|p?connect)|oci_\w+`),
  ],
  ['regex', named(String.raw`preg_\w+|mb_ereg\w*`)],
  [
    'serialization',
    named(String.raw`json_(?:encode|decode)|unserialize|igbinary_\w+|msgpack_\w+|simplexml_\w+|(?:DOMDocument|SimpleXMLElement)${method}`),
  ],
  ['crypto', named(String.raw`openssl_\w+|sodium_\w+|password_(?:hash|verify)`)],
  ['network-io', named(String.raw`curl_(?:multi_)?(?:exec|select)|fsockopen|stream_(?:select|socket_\w+)`)],
];

/** Words that a program may use for its own functions. */
const ambiguous: readonly (readonly [ProfileCategory, RegExp])[] = [
  ['serialization', named(String.raw`serialize|var_export|xml_\w+`)],
  ['crypto', named(String.raw`hash(?:_\w+)?|md5(?:_file)?|sha1(?:_file)?|crypt|random_(?:bytes|int)`)],
  ['compression', named(String.raw`gz\w+|zlib_\w+|bz\w+|brotli_\w+|zstd_\w+`)],
  ['network-io', named(String.raw`curl_\w+|socket_\w+|gethostbyname\w*|dns_\w+|SoapClient${method}`)],
  ['lock', named('flock|sem_acquire')],
  [
    'file-io',
    named(
      String.raw`file(?:_\w+)?|f(?:open|read|write|gets|puts|close|getcsv|putcsv)|readfile|unlink|r?mkdir|rmdir|stat|is_(?:file|dir|readable)|glob|scandir`,
    ),
  ],
  ['gc', named('gc_collect_cycles')],
];

const vendor = (names: string): RegExp => new RegExp(`/vendor/(?:${names})/`);

/** Files of packages that Composer installed, and what PHP brings itself. */
export const phpRules: readonly CategoryRule[] = [
  ...[...unmistakable, ...ambiguous].map(([category, name]) => ({ category, name, module: internalModule })),
  { category: 'database-driver', module: vendor(String.raw`doctrine/dbal|predis|mongodb|amphp/(?:mysql|postgres)`) },
  { category: 'orm', module: vendor(String.raw`doctrine/orm|illuminate/database|laravel/framework/src/Illuminate/Database|propel`) },
  { category: 'logging', module: vendor('monolog|laravel/framework/src/Illuminate/Log') },
  { category: 'templating', module: vendor('twig|smarty|league/plates|laravel/framework/src/Illuminate/View') },
  { category: 'serialization', module: vendor('symfony/(?:serializer|yaml)|jms/serializer') },
  { category: 'network-io', module: vendor('guzzlehttp|symfony/http-client') },
  { category: 'module-load', module: vendor('composer') },
  { category: 'framework', module: /\/vendor\// },
  { category: 'runtime', module: internalModule },
];

/** For profiles without files. */
export const phpNames: readonly CategoryRule[] = unmistakable.map(([category, name]) => ({ category, name }));
