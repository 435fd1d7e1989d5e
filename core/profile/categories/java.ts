import { byName, type CategoryRule } from './rule.js';

/** JVM frames: the class is in the name, with dots or slashes. */
export const javaRules: readonly CategoryRule[] = [
  byName(
    'database-driver',
    /^(?:org[./]postgresql|com[./]mysql|oracle[./]jdbc|com[./]microsoft[./]sqlserver|org[./]mariadb|com[./]mongodb|io[./]lettuce|redis[./]clients|org[./]h2|com[./]zaxxer[./]hikari|io[./]r2dbc|com[./]datastax|org[./]sqlite)[./]/,
  ),
  byName(
    'orm',
    /^(?:org[./]hibernate|org[./]eclipse[./]persistence|org[./]apache[./]ibatis|org[./]jooq|org[./]springframework[./](?:data|orm|jdbc)|io[./]ebean)[./]/,
  ),
  byName(
    'gc',
    /^(?:GCTaskThread|WorkerThread::run|GangWorker|G1|PSPromotion|PSParallel|ParallelScavenge|Shenandoah|Z(?:Mark|Relocate|Barrier|Driver|Worker)|SerialHeap|DefNew|GenCollected|CMS)|^GC Thread|^(?:VM_G1|VM_Parallel|VM_Gen)/,
  ),
  byName(
    'lock',
    /(?:ObjectMonitor::|ObjectSynchronizer::)|^(?:jdk|sun)[./](?:internal[./])?misc[./]Unsafe\.park|^java[./]util[./]concurrent[./]locks[./]|JavaMonitorEnter|^java[./]lang[./]Object\.wait/,
  ),
  byName('regex', /^java[./]util[./]regex[./]/),
  byName(
    'serialization',
    /^(?:com[./]fasterxml[./]jackson|com[./]google[./](?:gson|protobuf)|com[./]alibaba[./]fastjson|org[./]json|com[./]esotericsoftware[./]kryo|org[./]yaml|java[./]io[./]Object(?:In|Out)putStream|jakarta[./]json|javax[./](?:json|xml)|org[./]apache[./](?:xerces|avro|thrift))/,
  ),
  byName(
    'crypto',
    /^(?:sun[./]security|com[./]sun[./]crypto|javax[./]crypto|java[./]security|org[./]bouncycastle|javax[./]net[./]ssl|org[./]conscrypt|org[./]mindrot)[./]/,
  ),
  byName(
    'compression',
    /^(?:java[./]util[./]zip|com[./]github[./]luben[./]zstd|net[./]jpountz|org[./]xerial[./]snappy|com[./]aayushatharva[./]brotli)/,
  ),
  byName(
    'logging',
    /^(?:ch[./]qos[./]logback|org[./](?:apache[./](?:logging|log4j|commons[./]logging)|slf4j|jboss[./]logging)|java[./]util[./]logging)/,
  ),
  byName(
    'templating',
    /^(?:org[./]thymeleaf|freemarker|org[./]apache[./](?:velocity|jasper)|com[./]github[./]jknack|gg[./]jte|com[./]mitchellbosecke)/,
  ),
  byName(
    'module-load',
    /^(?:CompileBroker|C2Compiler|C1_|Compile::|PhaseIdeal|SystemDictionary|ClassLoader::|ClassFileParser)|^java[./]lang[./]ClassLoader|^jdk[./]internal[./]loader/,
  ),
  byName(
    'reflection',
    /^(?:java[./]lang[./](?:reflect|invoke|Class\.(?:getMethod|getDeclared|forName))|jdk[./]internal[./]reflect|sun[./]reflect|net[./]bytebuddy|net[./]sf[./]cglib|javassist)/,
  ),
  byName('network-io', /^(?:sun[./]nio[./]ch|java[./]net|jdk[./]internal[./]net)[./]/),
  byName('file-io', /^(?:java[./]io[./](?:File|Random)|java[./]nio[./]file|sun[./]nio[./]fs)/),
  byName(
    'framework',
    /^(?:org[./](?:springframework|apache|eclipse|jboss|glassfish|wildfly|reactivestreams|aspectj)|io[./](?:netty|undertow|micronaut|quarkus|vertx|micrometer|opentelemetry|grpc|reactivex|projectreactor|helidon)|reactor|com[./]google[./]common|jakarta|javax|kotlin|kotlinx|scala|akka|play|zio|cats)[./]/,
  ),
  byName(
    'runtime',
    /^(?:java|jdk|sun|com[./]sun)[./]|^(?:Interpreter|call_stub|StubRoutines|JavaThread::|JavaCalls::|thread_native_entry|itable stub|vtable stub|unknown_Java|not_walkable_Java)/,
  ),
];

/** `com.shop.Cart.total`, `com/shop/Cart$Line.price`; a mixture of dots and slashes before the class is Go (`net/netip.Addr.String`). */
export const javaShape = /^(?:(?:[a-z_][\w$]*\.)+|(?:[a-z_][\w$]*\/)+)[A-Z][\w$]*(?:[./][\w$]+)*\.[\w$<>]/;
