import { byName, type CategoryRule } from './rule.js';

/** Go symbols: `package/path.(*Type).method`. */
export const goRules: readonly CategoryRule[] = [
  byName(
    'database-driver',
    /^(?:database\/sql|github\.com\/(?:lib\/pq|jackc\/(?:pgx|pgconn|pgproto3|pgtype|puddle)|go-sql-driver\/mysql|mattn\/go-sqlite3|redis\/go-redis|go-redis\/redis|gomodule\/redigo|gocql\/gocql|ClickHouse|elastic|microsoft\/go-mssqldb|denisenkom\/go-mssqldb)|go\.mongodb\.org|modernc\.org\/sqlite)[./]/,
  ),
  byName(
    'orm',
    /^(?:gorm\.io|github\.com\/(?:jinzhu\/gorm|jmoiron\/sqlx|uptrace\/bun|go-pg|volatiletech\/sqlboiler|Masterminds\/squirrel)|entgo\.io|xorm\.io)[./]/,
  ),
  byName(
    'gc',
    /^(?:runtime\.(?:gc[A-Z]\w*|\(\*gc\w+\)|scanobject|scanblock|scanstack|greyobject|bgsweep|bgscavenge|markroot|wbBufFlush|sweepone|\(\*sweepLocked\)|\(\*mspan\)\.sweep|deductSweepCredit|tryDeferToSpanScan|scanSpan|spanQueue|\(\*spanQueue\)|\(\*spanInlineMarkBits\)|heapBitsSmall)|internal\/runtime\/gc\/)/,
  ),
  byName(
    'allocation',
    /^runtime\.(?:mallocgc|newobject|newarray|growslice|makeslice|makemap|makechan|rawbyteslice|rawstring|\(\*mcache\)|\(\*mcentral\)|\(\*mheap\)|nextFreeFast|memclrNoHeapPointers|allocm|persistentalloc|sysAlloc|sysUsed)/,
  ),
  byName(
    'lock',
    /^(?:internal\/)?sync\.\(\*(?:Mutex|RWMutex)\)|^sync\.runtime_Semacquire|^runtime\.(?:semacquire1|semrelease1|lock2|unlock2|lockWithRank|sync_)|^internal\/sync\./,
  ),
  byName(
    'serialization',
    /^(?:encoding\/(?:json|gob|xml|csv|asn1|binary)|google\.golang\.org\/protobuf|github\.com\/(?:golang\/protobuf|gogo\/protobuf|json-iterator|bytedance\/sonic|mailru\/easyjson|goccy\/go-json|vmihailenco\/msgpack|segmentio\/encoding|valyala\/fastjson|tidwall\/gjson|ugorji)|gopkg\.in\/yaml|go\.yaml\.in)/,
  ),
  byName('regex', /^(?:regexp[./]|github\.com\/(?:dlclark\/regexp2|wasilibs\/go-re2))/),
  byName('crypto', /^(?:crypto[./]|golang\.org\/x\/crypto|vendor\/golang\.org\/x\/crypto|github\.com\/golang-jwt|hash\/crc32$)/),
  byName(
    'compression',
    /^(?:compress\/|github\.com\/(?:klauspost\/compress|andybalholm\/brotli|golang\/snappy|pierrec\/lz4|DataDog\/zstd))/,
  ),
  byName('logging', /^(?:log[./]|go\.uber\.org\/zap|github\.com\/(?:rs\/zerolog|sirupsen\/logrus|go-kit\/log|golang\/glog)|k8s\.io\/klog)/),
  byName('templating', /^(?:html\/template|text\/template|github\.com\/(?:valyala\/quicktemplate|flosch\/pongo2|a-h\/templ))/),
  byName('reflection', /^(?:reflect[./]|internal\/reflectlite)/),
  byName('network-io', /^(?:net\.|net\/(?:textproto|netip)|internal\/poll\.)|^runtime\.netpoll/),
  byName('file-io', /^os\./),
  byName(
    'kernel',
    /^(?:syscall|internal\/runtime\/syscall(?:\/linux)?|internal\/syscall[./]\w*|golang\.org\/x\/sys\/unix|runtime\/internal\/syscall)\./,
  ),
  byName(
    'framework',
    /^(?:net\/http|google\.golang\.org\/grpc|golang\.org\/x\/net|github\.com\/(?:gin-gonic|labstack\/echo|gofiber|valyala\/fasthttp|go-chi|gorilla|julienschmidt\/httprouter|prometheus|grpc-ecosystem|spf13|open-telemetry|urfave)|go\.opentelemetry\.io)/,
  ),
  byName(
    'runtime',
    /^(?:runtime|internal|unsafe|sync|errors|fmt|strings|strconv|bytes|bufio|sort|slices|maps|math|unicode|time|context|io|path|container|iter|hash|cmp|type:|text|unique|atomic|embed|flag|weak)[./]|^(?:aeshashbody|memeqbody|cmpbody|indexbytebody|countbody|gogo|gosave_systemstack_switch|racecall)$/,
  ),
];
