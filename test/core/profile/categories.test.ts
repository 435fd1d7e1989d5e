import { describe, expect, it } from 'vitest';
import { isApplicationFrame } from '../../../core/profile/categories/frame-category.js';
import { parseFrameName } from '../../../core/profile/categories/frame-name.js';
import { summaryOf } from './profiles.js';

async function categoryOf(stack: string): Promise<string | undefined> {
  return (await summaryOf(`${stack} 500\n`)).leaves[0]?.category;
}

const app = 'handle (/srv/shop/server.js:10)';

describe('category of a stack', () => {
  it.each([
    // The nearest specific caller of a generic leaf.
    [`${app};parse (/srv/shop/node_modules/pg-protocol/dist/parser.js:90);slice (node:buffer:600);utf8Slice`, 'database-driver'],
    [`${app};findAll (/srv/shop/node_modules/sequelize/lib/model.js:3)`, 'orm'],
    [`${app};request (/srv/shop/node_modules/.prisma/client/runtime.js:3)`, 'orm'],
    [`${app};parse (/srv/shop/node_modules/@neondatabase/serverless/index.js:3)`, 'database-driver'],
    [`${app};query (/srv/shop/node_modules/mssql/lib/base/request.js:3)`, 'database-driver'],
    [`${app};json (/srv/shop/node_modules/.pnpm/pino@9/node_modules/pino/lib/tools.js:1)`, 'logging'],
    [`${app};compile (/srv/shop/node_modules/pug/lib/index.js:1)`, 'templating'],
    [`${app};pbkdf2Sync (node:internal/crypto/pbkdf2:60);run`, 'crypto'],
    [`${app};deflateSync (node:zlib:700)`, 'compression'],
    [`${app};RegExp: ^(a+)+$`, 'regex'],
    [`${app};(garbage collector)`, 'gc'],
    [`${app};next (/srv/shop/node_modules/express/lib/router/index.js:1)`, 'framework'],
    // A driver that runs the application's callback does not own it.
    [`query (/srv/shop/node_modules/pg/lib/client.js:1);_pulseQuery (/srv/shop/node_modules/pg/lib/client.js:2);${app}`, 'application'],
    // What it encrypts or proves, it does to talk to its database; a key of the service's own is another matter.
    [
      `${app};continueSession (/srv/shop/node_modules/pg/lib/crypto/sasl.js:60);sign (node:internal/crypto/webcrypto:9);run`,
      'database-driver',
    ],
    ['main.handle;github.com/jackc/pgx/v5/pgconn.(*PgConn).scramAuth;crypto/hmac.(*hmac).Sum;crypto/sha256.block', 'database-driver'],
    [`query (/srv/shop/node_modules/pg/lib/client.js:1);${app};createHmac (node:crypto:60);update`, 'crypto'],
    // Go: the collector by walking, not by a list of leaves; serialization wins over the allocator and reflection it uses.
    ['runtime.gcBgMarkWorker;runtime.systemstack;runtime.gcDrain;internal/runtime/gc/scan.ScanSpanPacked', 'gc'],
    ['main.handle;encoding/json.Marshal;reflect.Value.Field', 'serialization'],
    ['main.handle;encoding/json.Marshal;runtime.growslice;runtime.mallocgc;runtime.memclrNoHeapPointers', 'serialization'],
    ['main.handle;runtime.mallocgc;runtime.nextFreeFast', 'allocation'],
    ['main.handle;runtime.mallocgc;runtime.gcAssistAlloc;runtime.scanobject', 'gc'],
    ['main.handle;database/sql.(*Rows).Scan;github.com/lib/pq.(*conn).recvMessage', 'database-driver'],
    ['main.handle;sync.(*Mutex).lockSlow;runtime.semacquire1', 'lock'],
    // Python, shortened and full paths; a folder of the service that is called like a module stays its own.
    ['main (app.py:3);load (/usr/lib/python3.11/json/__init__.py:299)', 'serialization'],
    ['main (app.py:3);execute (/venv/lib/python3.11/site-packages/psycopg2/extras.py:10)', 'database-driver'],
    ['main (app.py:3);_execute (/venv/lib/python3.11/site-packages/django/db/backends/utils.py:80)', 'orm'],
    ['main (app.py:3);write (/srv/shop/logging/json.py:7)', 'application'],
    // Java.
    [
      'java/lang/Thread.run;com/shop/Cart.total;com/fasterxml/jackson/databind/ObjectMapper.writeValue;java/lang/reflect/Method.invoke',
      'serialization',
    ],
    ['com/shop/Cart.total;java/util/HashMap.get', 'runtime'],
    ['GCTaskThread::run;PSPromotionManager::copy', 'gc'],
    // Ruby.
    ['index - /srv/shop/app.rb:3;exec_params [c function] - (unknown)', 'database-driver'],
    ['index - /srv/shop/app.rb:3;generate - /usr/lib/ruby/3.1.0/json/common.rb:12', 'serialization'],
    ['index - /srv/shop/app.rb:3;match? [c function] - (unknown)', 'regex'],
    // Native: by shared object even where the symbol is missing.
    ['main;load (/srv/shop/server);[unknown] (/usr/lib/libpq.so.5)', 'database-driver'],
    ['main;load (/srv/shop/server);EVP_DigestUpdate (/usr/lib/libcrypto.so.3)', 'crypto'],
    ['main;load (/srv/shop/server);__memmove_avx (/usr/lib/libc.so.6)', 'native'],
    ['main;load (/srv/shop/server);malloc (/usr/lib/libc.so.6)', 'allocation'],
    ['main;load (/srv/shop/server);do_syscall_64_[k];vfs_read_[k];copy_page_[k]', 'file-io'],
    ['main;[unknown]', 'unknown'],
  ])('%s → %s', async (stack, category) => {
    expect(await categoryOf(stack)).toBe(category);
  });
});

describe('what the kernel does, where nothing but the way into it says so', () => {
  it.each([
    ['main;shop::load;read;entry_SYSCALL_64_after_hwframe;do_syscall_64;ksys_read;vfs_read;copy_user_enhanced_fast_string', 'file-io'],
    ['main;shop::load;asm_exc_page_fault;exc_page_fault;do_user_addr_fault;clear_page_erms', 'kernel'],
    ['main;shop::send;entry_SYSCALL_64;do_syscall_64;sock_sendmsg;tcp_sendmsg;memcpy_erms', 'network-io'],
    ['main;shop::wait;el0t_64_sync;el0_svc;do_el0_svc;finish_task_switch', 'kernel'],
    ['python;shop_load;-;sys_read;new_sync_read', 'kernel'],
    ['mysqld;do_command;__schedule', 'kernel'],
    ['mysqld;do_command;vfs_read', 'file-io'],
    ['mysqld;do_command;schedule', 'application'],
  ])('%s is %s', async (stack, category) => {
    expect(await categoryOf(stack)).toBe(category);
  });

  it('does not take libraries below it, such as in stacks that are drawn the other way', async () => {
    expect(await categoryOf('main;do_syscall_64;shop::load (/srv/libshop.so);shop::hot (/srv/libshop.so)')).not.toBe('kernel');
  });
});

describe('names of tools that were read as one', () => {
  it.each([
    ['md5:<internal>:-1', ['md5', '<internal>', null]],
    ['App\\Cart::total:/app/src/Cart.php:33', ['App\\Cart::total', '/app/src/Cart.php', 33]],
    ['total at /shop/src/cart.jl:10', ['total', '/shop/src/cart.jl', 10]],
    ['+ at int.jl:87', ['+', 'int.jl', 87]],
    ['tcp_recvmsg+808', ['tcp_recvmsg', '', null]],
    ['DB::Server::main+0x1f', ['DB::Server::main', '', null]],
    ['RegExp: a+1', ['RegExp: a+1', '', null]],
    ['operator+', ['operator+', '', null]],
  ])('%s', (written, [name, module, line]) => {
    expect(parseFrameName(written)).toEqual({ name, module, line });
  });

  it.each([
    ['P245906;T0:245906', 'unknown'],
    ['start;main;pthread_join (libsystem_pthread.dylib);__ulock_wait (libsystem_kernel.dylib)', 'lock'],
    ["<0.35.0>;my_mod:slow/1;'Elixir.Enum':map/2", 'runtime'],
    ['<0.35.0>;lists:map/2;my_mod:slow/1', 'application'],
  ])('%s is %s', async (stack, category) => {
    expect(await categoryOf(stack)).toBe(category);
  });

  it('leaves out what a process of Erlang waited', async () => {
    const { leaves } = await summaryOf('<0.35.0>;my_mod:slow/1 300\n<0.35.0>;my_mod:slow/1;SLEEP 700\n');
    expect(leaves.map(({ frame, selfShare }) => [frame, selfShare])).toEqual([['my_mod:slow/1', 1]]);
  });
});

describe('application frames', () => {
  it.each([
    'total (/srv/shop/cart.js:3)',
    'main.handle',
    'com.shop.Cart.total',
    'total (shop/cart.py:3)',
    'index - /srv/shop/app.rb:3',
    'parse',
  ])('%s is the own code of a service', (name) => expect(isApplicationFrame(parseFrameName(name))).toBe(true));

  it.each([
    'query (/srv/shop/node_modules/pg/lib/client.js:3)',
    'emit (node:events:500)',
    'runtime.mallocgc',
    'net/http.(*conn).serve',
    'java.util.HashMap.get',
    'run (threading.py:9)',
    'call - /gems/rack-2.2/lib/rack.rb:3',
    'memcpy (/usr/lib/libc.so.6)',
    'vfs_read_[k]',
    '_start',
    '[unknown]',
    '0x7f00aa10',
  ])('%s is not', (name) => expect(isApplicationFrame(parseFrameName(name))).toBe(false));
});
