import { byModule, byName, type CategoryRule } from './rule.js';

/**
 * Functions of a namespace or crate, plain or as an implementation of a trait (`<alloc::vec::Vec<T> as core::clone::Clone>::clone`). What stands behind
 * a template's `> ` is the name of a function that returns such a type (`std::vector<int> App::load<int>()`).
 */
const ofNamespace = (names: string): RegExp =>
  new RegExp(`^(?:void |bool |int |unsigned long |auto )?<?[&*]*(?:mut |dyn )?(?:${names})::(?!.*>[&*]* \\w+(?:::|<|\\())`);

const library = (names: string): RegExp => new RegExp(`(?:^|/|\\[)(?:${names})[-.\\d\\w]*\\.so|(?:^|/)(?:${names})\\.(?:dylib|dll)`);

/** Libraries and symbols of C, C++ and Rust; shared objects are matched before names, for a stripped one has no names. */
export const nativeRules: readonly CategoryRule[] = [
  byModule('database-driver', library('libpq|libmysqlclient|libmariadb|libsqlite3|libhiredis|libmongoc|libbson|_psycopg|libtds|libclntsh')),
  byName(
    'database-driver',
    /^(?:PQ[a-z]\w+|pq[A-Z]\w+|mysql_\w+|cli_read_query_result|sqlite3_\w+|sqlite3Vdbe\w+|redisCommand|redisGetReply|mongoc_\w+)$/,
  ),
  byName(
    'lock',
    /^(?:futex_wait\w*|__?futex\w*|__lll_lock_\w+|__GI___lll_lock_\w+|native_queued_spin_lock_slowpath|osq_lock|mutex_spin_on_owner|rwsem_down_\w+|_{0,2}pthread_(?:mutex_(?:lock|timedlock)|cond_(?:timed)?wait|rwlock_\w*lock)\w*|___?pthread_(?:mutex_lock|cond_wait)\w*|__(?:ulock_wait\d?|psynch_\w+wait|psynch_rw_\w+lock|semwait_signal\w*)|semaphore_(?:timed)?wait(?:_signal)?_trap|std::mutex::lock|parking_lot|absl::Mutex::(?:Lock|Await))/,
  ),
  byModule('crypto', library('libcrypto|libssl|libgnutls|libsodium|libnss3|libbcrypt')),
  byName(
    'crypto',
    /^(?:EVP_|SSL_|OPENSSL_|OSSL_|ossl_|ASN1_|X509_|CRYPTO_|PEM_|d2i_|BN_|RSA_|AES_|SHA\d|sha\d+_block|aesni_|ChaCha20|ecp_nistz|x25519|bcrypt_|argon2|blowfish|BF_|PKCS5_PBKDF2)|^sha\d+_process|_block_data_order/i,
  ),
  byModule('compression', library('libz|libzstd|libbrotli\\w*|liblz4|libsnappy|libbz2|liblzma')),
  byName(
    'compression',
    /^(?:deflate(?:_\w+|Init\w*)?|inflate(?:_\w+|Init\w*)?|longest_match|compress_block|crc32_z|adler32\w*|ZSTD_\w+|Brotli\w+|LZ4_\w+|snappy::)/,
  ),
  byModule('regex', library('libpcre|libpcre2|libre2|libonig')),
  byName('regex', /^(?:pcre2?_\w+|re2::|regex_automata::|regex::|onig_\w+|std::__detail::_(?:Executor|NFA|Compiler))|^boost::re_detail/),
  byName(
    'serialization',
    /^(?:simdjson::|rapidjson::|nlohmann::|serde_json::|serde::|google::protobuf::|msgpack_|cJSON_|yyjson_|Json::|bincode::|prost::)/,
  ),
  byName('logging', /^(?:spdlog::|vsyslog|syslog|__vsyslog\w*|log4cxx::|google::LogMessage|tracing_subscriber::|env_logger::|log::)/),
  byName('module-load', /^(?:do_lookup_x|_dl_\w+|dl_main|dlopen\w*)$/),
  byModule('module-load', /(?:^|\/)ld-linux|(?:^|\/)ld-\d|(?:^|\/)ld-musl/),
  byName(
    'allocation',
    /^(?:(?:je_|tc_|mi_|rp|__libc_|__GI___libc_|_?int_|_?sys)?(?:malloc|calloc|realloc|free|memalign|aligned_alloc)|_int_(?:malloc|free|realloc)\w*|malloc_consolidate|unlink_chunk\w*|operator new\w*(?:\[\])?(?:\(.*)?|operator delete\w*(?:\[\])?(?:\(.*)?|sysmalloc|cfree|tcache_\w+|arena_\w+|__rust_alloc|__rdl_\w+|alloc::\w+::\w+)$/,
  ),
  byModule('allocation', library('libjemalloc|libtcmalloc\\w*|libmimalloc')),
];

/** What the kernel does for the process; only the socket and file entries tell more than `kernel`. */
export const kernelRules: readonly CategoryRule[] = [
  byName('lock', /^(?:futex_wait\w*|native_queued_spin_lock_slowpath|osq_lock|mutex_spin_on_owner|rwsem_down_\w+|__mutex_lock\w*)$/),
  byName(
    'network-io',
    /^(?:tcp_|udp_|__?sock_|sock_|inet6?_|ip6?_|__?sys_(?:send|recv|accept|connect)|__x64_sys_(?:send|recv|accept|connect)|unix_stream_|net_rx|__?netif_|dev_queue_xmit|skb_|nf_)\w*/,
  ),
  byName(
    'file-io',
    /^(?:vfs_|ksys_(?:read|write|pread|pwrite)|ext4_|xfs_|btrfs_|nfs_|overlayfs_|ovl_|generic_file_|filemap_|__x64_sys_(?:openat|read|write|fsync|stat|newfstat))\w*/,
  ),
  { category: 'kernel' },
];

/** What is left of native code: nobody's business in particular. */
export const nativeFallbacks: readonly CategoryRule[] = [
  byName('runtime', /^(?:aeshashbody|memeqbody|cmpbody|indexbytebody|countbody|gcWriteBarrier|gogo|racecall|_rt0_\w+|debugCall\w*)$/),
  byName('network-io', /^(?:__)?(?:send|recv|sendto|recvfrom|sendmsg|recvmsg|writev|accept4?|connect|poll|epoll_\w+)(?:@.*)?$/),
  byName('file-io', /^(?:__)?(?:read|write|open|openat|close|fsync|pread\w*|pwrite\w*|fstat\w*)(?:@.*)?$/),
  byName('kernel', /^(?:entry_SYSCALL|do_syscall_64|syscall_|__x64_sys_|asm_\w|ret_from_fork)/),
  // Names that no program gives its own functions, in stacks whose way into the kernel was left out.
  byName(
    'kernel',
    /^(?:__schedule|finish_task_switch(?:\.isra\.\d+)?|io_schedule\w*|schedule_hrtimeout\w*|copy_user_\w+|_?copy_(?:to|from)_(?:user|iter)\w*|clear_page_\w+|native_write_msr|do_futex|futex_wait_queue\w*|__do_sys_\w+)$/,
  ),
  byName('file-io', /^(?:vfs_|ksys_)(?:read|write|pread64|pwrite64|readv|writev|fsync\w*)$/),
  byName('network-io', /^(?:tcp_(?:sendmsg|recvmsg)\w*|__netif_receive_skb\w*|inet6?_(?:sendmsg|recvmsg)|__?sock_(?:sendmsg|recvmsg))$/),
  byModule(
    'runtime',
    /(?:^|\/)(?:node|nodejs|python[\d.]*|ruby[\d.]*|java|php[\d.]*|perl|beam\.smp)$|libpython|libruby|libjvm|libnode|libv8|libcoreclr/,
  ),
  byName(
    'runtime',
    /^(?:erlang|lists|maps|sets|ets|gen|gen_server|gen_statem|proc_lib|supervisor|binary|string|unicode|io|io_lib|file|code|prim_\w+|erl_\w+|'?Elixir\.(?:Enum|Enumerable(?:\.\w+)?|Map|MapSet|Keyword|List|Stream|String|GenServer|Agent|Task(?:\.\w+)*|Kernel|Access|Process|Supervisor)'?):[^/\s]+\/\d+$/,
  ),
  // Dart's libraries and Flutter's packages; what of other packages is the service's own, a name of a package does not tell.
  byModule('runtime', /^(?:dart:|org-dartlang-sdk:)/),
  byModule('framework', /^package:flutter\w*\/|\/packages\/flutter\w*\/lib\//),
  byName(
    'database-driver',
    ofNamespace('sqlx\\w*|tokio_postgres|mysql_async|rusqlite|redis|mongodb|scylla|pqxx|soci|mysqlx|mongocxx|cassandra'),
  ),
  byName('orm', ofNamespace('diesel|sea_orm|sea_query|odb')),
  // What the languages bring themselves: the code that calls it is the program's.
  byName('runtime', ofNamespace('std|core|alloc|hashbrown|__gnu_cxx|__cxxabiv1|compiler_builtins|rust_begin_unwind')),
  byName(
    'runtime',
    /^(?:swift_(?:retain|release|allocObject|dealloc\w*|beginAccess|bridgeObject\w+)|objc_(?:msgSend\w*|retain\w*|release\w*|autorelease\w*))$/,
  ),
  byName(
    'framework',
    ofNamespace(
      'tokio|mio|hyper|h2|axum\\w*|actix\\w*|tower\\w*|rayon\\w*|futures\\w*|crossbeam\\w*|reqwest|tonic|boost|folly|absl|seastar|grpc|grpc_core',
    ),
  ),
  // The loader and frameworks of macOS, as `sample` and Instruments call them.
  byModule(
    'native',
    /^(?:dyld|libdyld|AppKit|UIKit(?:Core)?|Foundation|CoreFoundation|CoreServices|HIToolbox|QuartzCore|CoreGraphics|CoreText|CoreData|Metal|Security|CFNetwork|WebKit|WebCore|JavaScriptCore|AttributeGraph|SwiftUI)$/,
  ),
  byModule('native', /\.so(?:\.|$)|\.dylib$|^\[(?:vdso|vsyscall)\]$|^\/(?:usr\/)?lib\//),
];

/** Starts of threads and names of processes that profilers put at the root of a stack: no code of the application. */
export const rootNames =
  /^(?:_start|__libc_start_main\w*|__libc_start_call_main|start_thread|thread_start|clone3?|__clone3?|_?_?GI___clone\w*|\(root\)|root|all|ret_from_fork\w*|\[.*\]|process \d.*|thread \(?0x.*|Thread-\d.*|tid=\d+|P\d+|T(?:\d+:)?\d+|node|nodejs|java|python[\d.]*|ruby[\d.]*|php(?:-fpm)?[\d.]*|perl|swapper|Thread\.run|unknown|<module>)$/;
