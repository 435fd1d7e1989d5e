import { byModule, byName, type CategoryRule } from './rule.js';

const inGem = (names: string): RegExp => new RegExp(`/gems/(?:${names})-[\\da-f]|/ruby/\\d[\\d.]*/(?:${names})(?:/|\\.rb$)`);

/** Ruby files as rbspy shows them, methods written in C by their names. */
export const rubyRules: readonly CategoryRule[] = [
  byName(
    'database-driver',
    /^(?:async_)?exec(?:_params|_prepared)?$|^(?:async_get_result|get_last_result|sync_exec\w*|send_query\w*|_query|mysql_query|async_prepare)$/,
  ),
  byModule('database-driver', inGem('pg|mysql2|sqlite3|redis|redis-client|mongo|bson|trilogy|tiny_tds|dalli|connection_pool')),
  byModule('orm', inGem('activerecord|active_record|sequel|mongoid|rom|activemodel|active_model')),
  byName('gc', /^\(?(?:garbage collection|marking|sweeping)\)?$|^gc_(?:mark|sweep|start|marks|compact)|^rb_gc/),
  byName('lock', /^(?:Mutex|Thread::Mutex|Monitor)#?(?:synchronize|lock)|^thread_sched_wait|gvl_acquire|^mon_synchronize$/),
  byModule('serialization', inGem('json|oj|msgpack|psych|yaml|nokogiri|active_model_serializers|jbuilder|multi_json|rexml|csv')),
  byName('regex', /^onig_|^match_at$|^rb_reg_/),
  byModule('crypto', inGem('openssl|bcrypt|digest|rbnacl|jwt|securerandom')),
  byModule('compression', inGem('zlib|zstd-ruby|brotli|rubyzip')),
  byModule('logging', inGem('logger|lograge|semantic_logger|ougai')),
  byModule('templating', inGem('erb|erubi|haml|slim|liquid|tilt|actionview|action_view')),
  byModule('module-load', inGem('bootsnap|zeitwerk|rubygems|bundler|kernel_require')),
  byName('module-load', /^(?:require|require_relative|load_iseq|compile_file)$/),
  byModule('network-io', inGem('net|net-http|net-protocol|socket|faraday|httparty|excon|httpx|nio4r')),
  byModule('framework', /\/gems\//),
  byModule('runtime', /\/lib\/ruby\/|^<internal:/),
];

/**
 * Methods written in C carry no gem; these only when nothing specific calls them. rbspy has the name alone, StackProf, Vernier and Ruby 3.4 the class before
 * it (`String#gsub`).
 */
export const rubyNativeNames: readonly CategoryRule[] = [
  byName('database-driver', /^(?:PG|Mysql2|SQLite3|Trilogy|TinyTds)::/),
  byName('serialization', /^(?:JSON|Oj|Psych|Nokogiri|MessagePack)(?:::|[.#])/),
  byName('crypto', /^(?:OpenSSL|Digest|BCrypt)(?:::|[.#])/),
  byName('compression', /^Zlib(?:::|[.#])/),
  byName('module-load', /^Kernel[.#](?:require|require_relative|load)$/),
  byName('gc', /^GC\.(?:start|compact)$/),
  byName('regex', /^(?:(?:String|Symbol|Regexp)#)?(?:match\?|=~|match|scan|gsub!?|sub!?)$/),
  byName(
    'network-io',
    /^(?:\w*(?:Socket|Server)[.#]\w+|(?:IO#)?(?:read_nonblock|write_nonblock|sysread|syswrite|recv\w*|sendmsg|connect|accept))$/,
  ),
  byName('file-io', /^(?:(?:IO|File|Kernel)[.#])?(?:read|write|open|close)$/),
  { category: 'runtime' },
];
