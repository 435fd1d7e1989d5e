import { describe, expect, it } from 'vitest';
import { UnreadableInputError } from '../../../../core/model/errors.js';
import { summarizeProfile } from '../../../../core/profile/summarize.js';
import { leavesOf, profileOf } from '../profiles.js';

const refusal = async (text: string): Promise<string> => {
  const error: unknown = await profileOf(text).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UnreadableInputError);
  return String(error);
};
const firstLeaf = async (text: string) => summarizeProfile(await profileOf(text)).leaves[0];

describe('folded stacks of strangers', () => {
  it('refuses lines that end with a carriage return alone: they are one line', async () => {
    expect(await refusal('main;a;hot 300\rmain;a;warm 100\r')).toMatch(/line feed.*tr /);
  });

  it('reads text that was copied out of the source of a page', async () => {
    const text = 'main;std::vector&lt;int&gt;::push_back 300\nmain;operator&amp;&amp;(A, B);warm 100\n';
    expect(leavesOf(await profileOf(text))).toEqual(['std::vector<int>::push_back 300', 'warm 100']);
  });

  it('takes the outermost frame of PHP for no JSON', async () => {
    expect(leavesOf(await profileOf('{main};App\\hot 300\n{main};PDO->query 100\n'))).toEqual(['App\\hot 300', 'PDO->query 100']);
  });

  it('knows threads that the kernel took off the CPU, whose weights are no counts', async () => {
    const text =
      'app-7;main;read;-;entry_SYSCALL_64_after_hwframe;vfs_read;schedule 3000123\napp-7;main;epoll_wait;-;do_syscall_64;finish_task_switch.isra.0 4000456\n';
    const summary = summarizeProfile(await profileOf(text));
    expect(summary).toMatchObject({ kind: 'off-cpu', unit: 'unknown', samples: null, total: 3_000_123 });
    const onCpu = await profileOf('app;main;hot 90\napp;main;read;schedule 10\n');
    expect(onCpu).toMatchObject({ kind: 'unknown', unit: 'samples', samples: 100 });
  });

  it('counts nothing where a few stacks weigh more than anybody samples', async () => {
    expect(await profileOf('main: app:main;hot: app:hot 3000123\nmain: app:main 1000456\n')).toMatchObject({
      unit: 'unknown',
      samples: null,
    });
    expect(await profileOf('main;hot 9001\nmain;warm 3000\n')).toMatchObject({ unit: 'samples', samples: 12_001 });
  });

  it('takes objects of async-profiler beyond a TLAB for no kernel', async () => {
    const text = 'App.main_[j];java.lang.String_[k] 30\nApp.main_[j];byte[]_[k] 20\nApp.main_[j];vfs_read.isra.0_[k] 10\n';
    const { leaves } = summarizeProfile(await profileOf(text));
    expect(leaves.map(({ frame, module }) => [frame, module])).toEqual([
      ['java.lang.String', ''],
      ['byte[]', ''],
      ['vfs_read.isra.0', '[kernel]'],
    ]);
  });

  it('reads its own export of stacks of one frame, whatever the name of its file', async () => {
    expect(leavesOf(await profileOf('# perf-responder folded stacks\n# kind: wall\n# unit: microseconds\nhot 300\nwarm 100\n'))).toEqual([
      'hot 300',
      'warm 100',
    ]);
  });

  it('knows a library in brackets for code without a name', async () => {
    const text = 'python-1/1;_PyEval_EvalFrameDefault;(/usr/lib/libpython3.6m.so.1.0) 300\npython-1/1;main;hot 100\n';
    expect(await firstLeaf(text)).toMatchObject({
      frame: '[libpython3.6m.so.1.0]',
      module: '/usr/lib/libpython3.6m.so.1.0',
      category: 'runtime',
    });
  });

  it('knows where austin saw the collector', async () => {
    expect(await firstLeaf('P1;T0:0;app.py:<module>:20;app.py:hot:3;:GC: 300\nP1;T0:0;app.py:<module>:20 10\n')).toMatchObject({
      category: 'gc',
    });
  });
});

const sample = (header: string, frames: readonly string[]): string =>
  `${header}\n${frames.map((frame) => `\t    55d0c1a2b3c4 ${frame}\n`).join('')}\n`;
const samples = (header: string, name: (leaf: string) => string): string =>
  ['hot', 'hot', 'hot', 'warm']
    .map((leaf, index) => sample(header.replace('TIME', `147.37468${index}`), [name(leaf), 'main+0x2 (/srv/app)']))
    .join('');

describe('perf text of strangers', () => {
  it('takes data of an event that looks like a frame for none, where frames follow', async () => {
    const header =
      'java   321 [000]   TIME:    100003 cpu/mem-loads,ldlat=30/P:      7f12ab34cd00         68100142 |OP LOAD|LVL L1 hit|SNP None ';
    expect(leavesOf(await profileOf(samples(header, (leaf) => `${leaf}+0x1 (/srv/app)`)))).toEqual(['hot 300009', 'warm 100003']);
    const oneLine = 'dd  12 3.456789:  1001001 cycles:  5642a62d717a main+0x1 (/bin/dd)\n'.repeat(3);
    expect(leavesOf(await profileOf(oneLine))).toEqual(['main 3003003']);
  });

  it('passes over what was mapped and started, and tells samples that were lost', async () => {
    const text = samples('app   321 [000]   TIME:   100 cycles: ', (leaf) => `${leaf}+0x1 (/srv/app)`);
    const mapped =
      'app   321   147.374000: PERF_RECORD_COMM exec: app:321/321\napp   321   147.374100: PERF_RECORD_MMAP2 321/321: [0x55d0(0x1000) @ 0 08:01 1 0]: r-xp /srv/app\n';
    const whole = await profileOf(mapped.repeat(3) + text);
    expect(whole).toMatchObject({ total: 400, notes: [] });
    const lossy = await profileOf(`${text}app   321   147.374690: PERF_RECORD_LOST lost 42\n\n`);
    expect(lossy.total).toBe(400);
    expect(lossy.notes).toMatchObject([{ id: 'malformed-lines', detail: expect.stringContaining('PERF_RECORD_LOST') as string }]);
  });

  it('takes the name that an event of a counter was given', async () => {
    const text = samples('app   321 [000]   TIME:   100 armv8_pmuv3_0/event=0x11,name=cycles/: ', (leaf) => `${leaf}+0x1 (/srv/app)`);
    expect(await profileOf(text)).toMatchObject({ kind: 'cpu', unit: 'cycles', total: 400 });
  });

  it.each([
    ['py::LEAF:/srv/app.py (/tmp/perf-321.map)', 'hot', '/srv/app.py'],
    [
      'void [Shop] Shop.Cart::LEAF(int32,class [System.Private.CoreLib]System.String[])[OptimizedTier1]+0x24 (/tmp/perf-321.map)',
      'Shop.Cart.hot',
      'Shop',
    ],
    [
      'instance bool [System.Linq] System.Linq.Enumerable+Iterator`1[System.__Canon]::LEAF()[PreJIT] (/tmp/perf-321.map)',
      'System.Linq.Enumerable+Iterator`1[System.__Canon].hot',
      'System.Linq',
    ],
    ["$'Elixir.Shop':LEAF/1+0x24 (/tmp/perf-321.map)", "'Elixir.Shop':hot/1", '/tmp/perf-321.map'],
    ['$lists:LEAF/2 (/tmp/perf-321.map)', 'lists:hot/2', '/tmp/perf-321.map'],
  ])('takes %s apart', async (written, frame, module) => {
    const text = samples('app   321 [000]   TIME:   100 cycles: ', (leaf) => written.replace('LEAF', leaf));
    expect(await firstLeaf(text)).toMatchObject({ frame, module, self: 300 });
  });
});

describe('traces and V8 profiles of strangers', () => {
  const spans = (events: readonly object[]): string => JSON.stringify({ traceEvents: events });
  const span = (name: string, ts: number, dur: number, args: object): object => ({
    ph: 'X',
    cat: 'x',
    name,
    pid: 1,
    tid: 1,
    ts,
    dur,
    args,
  });

  it('names the function that a FunctionCall of DevTools called, and the file of py-spy', async () => {
    const call = (functionName: string): object => ({ data: { functionName, url: 'file:///srv/app.js', lineNumber: 20, columnNumber: 3 } });
    const { leaves } = summarizeProfile(
      await profileOf(spans([span('FunctionCall', 0, 300, call('hot')), span('FunctionCall', 300, 100, call(''))])),
    );
    expect(leaves.map(({ frame, module, self }) => [frame, module, self])).toEqual([
      ['hot', 'file:///srv/app.js', 300],
      ['(anonymous)', 'file:///srv/app.js', 100],
    ]);
    expect(await firstLeaf(spans([span('hot', 0, 300, { filename: 'app.py', line: 3 })]))).toMatchObject({
      frame: 'hot',
      module: 'app.py',
    });
  });

  it('takes a trace of Go for no profile of Hermes', async () => {
    const text = `{"displayTimeUnit":"ns","traceEvents":[${JSON.stringify(span('main.work', 0, 5, {}))}],"stackFrames":{}}`;
    expect(await profileOf(text)).toMatchObject({ format: 'trace-events', total: 5 });
  });

  it('reads a profile of old that kept no samples', async () => {
    const node = (functionName: string, id: number, hitCount: number, children: object[] = []): object => ({
      functionName,
      url: '/a.js',
      lineNumber: 2,
      id,
      hitCount,
      children,
    });
    const head = node('(root)', 1, 0, [node('hot', 2, 300), node('warm', 3, 100)]);
    const text = JSON.stringify({ typeId: 'CPU', head, startTime: 10.1, endTime: 10.5, samples: null, timestamps: null });
    const { leaves } = summarizeProfile(await profileOf(text));
    expect(leaves.map(({ frame, selfShare }) => [frame, selfShare])).toEqual([
      ['hot', expect.closeTo(0.75)],
      ['warm', expect.closeTo(0.25)],
    ]);
  });
});

describe('pictures of flamegraph.pl before 2013', () => {
  const box = (text: string, x: number, y: number, width: number): string =>
    `<rect x="${x}" y="${y}" width="${width}" height="15.0" fill="rgb(1,2,3)" rx="2" ry="2" onmouseover="s('${text}')" onmouseout="c()" />\n<text x="${x}" y="${y}" onmouseover="s('${text}')" onmouseout="c()" >a..</text>\n`;
  const picture = (boxes: string, title = 'Flame Graph'): string =>
    `<?xml version="1.0" standalone="no"?>\n<svg version="1.1" width="1200" height="98">\n<rect x="0.0" y="0" width="1200" height="98" fill="url(#background)"  />\n<text x="600" y="24" >${title}</text>\n${boxes}</svg>\n`;
  const frames =
    box('unix`b (60 samples, 60.00%)', 10, 33, 708) +
    box('genunix`c (30 samples, 30.00%)', 836, 49, 354) +
    box('unix`a (70 samples, 70.00%)', 10, 49, 826);

  it('reads the text that stands at the boxes alone', async () => {
    const profile = await profileOf(picture(frames + box('all (100 samples, 100%)', 10, 65, 1180)));
    expect(profile).toMatchObject({ format: 'flame-graph-svg', kind: 'unknown', unit: 'samples', total: 100 });
    expect(leavesOf(profile)).toEqual(['b 60', 'c 30', 'a 10']);
  });

  it('refuses a difference of two, and a picture without its root', async () => {
    expect(
      await refusal(
        picture(box('unix`a (-4 sample weight, 70 samples, 70.00%)', 10, 49, 826) + box('all (100 samples, 100%)', 10, 65, 1180)),
      ),
    ).toMatch(/difference of two/);
    expect(await refusal(picture(frames))).toMatch(/one frame over/);
  });

  it('knows an off-CPU picture by its title', async () => {
    const all = box('bash`main (13,790 ms, 100.00%)', 10, 49, 1180) + box('all (13,790 ms, 100%)', 10, 65, 1180);
    expect(await profileOf(picture(all, 'Off-CPU Time Flame Graph'))).toMatchObject({
      kind: 'off-cpu',
      unit: 'milliseconds',
      total: 13_790,
    });
  });
});

describe('macOS sample with the header that it writes', () => {
  const header = [
    'Analysis of sampling app (pid 4242) every 1 millisecond',
    'Process:         app [4242]',
    'Code Type:       ARM64',
    '',
    'Date/Time:       2023-01-18 11:04:27.123 -0800',
    'Launch Time:     2023-01-18 11:04:20.123 -0800',
    'OS Version:      macOS 13.1 (22C65)',
    'Report Version:  7',
    'Analysis Tool:   /usr/bin/sample',
    '----',
    '',
    '',
  ].join('\n');
  const graph = [
    'Call graph:',
    '    100 Thread_123456   DispatchQueue_1: com.apple.main-thread  (serial)',
    '      100 main  (in app) + 44  [0x100]  main.c:12',
    '        75 hot  (in app) + 20,24,...  [0x100,0x101,...]  main.c:3',
    '        25 warm  (in app) + 8  [0x102]  main.c:8',
    '',
    'Total number in stack (recursive counted multiple, when >=5):',
    '',
  ].join('\n');

  it('reads it with that header, without one, and behind words of the tool', async () => {
    for (const text of [header + graph, graph, `Sampling process 4242 for 3 seconds\n${header}${graph}`]) {
      expect(leavesOf(await profileOf(text))).toEqual(['hot 75', 'warm 25']);
    }
  });

  it('leaves a report of spindump to its name', async () => {
    const text =
      'Date/Time:        2023-01-18 11:04:27.123 -0800\nEnd time:         2023-01-18 11:04:37.123 -0800\nReport Version:   35.1\n\nHeaviest stack for the main thread\n';
    expect(await refusal(text)).toMatch(/spindump/);
  });
});

describe('maps of bpftrace', () => {
  const map = '@[\n    hot+20\n    main+44\n]: 75\n@[\n    warm+8\n    main+44\n]: 25\n';

  it('takes the key that ended it for no data, and counts samples without a stack', async () => {
    const profile = await profileOf(`Attaching 1 probe...\n^C\n\n@[]: 7\n${map}@[, app]: 3\n`);
    expect(profile.notes).toEqual([]);
    expect(leavesOf(profile)).toEqual(['hot 75', 'warm 25', '[unknown] 10']);
  });

  it('reads addresses before the names (ustack(perf))', async () => {
    const text = map.replaceAll('    hot+20', '    ffffffff8160abcd hot+20 (/srv/app)');
    expect(await firstLeaf(text)).toMatchObject({ frame: 'hot', module: '/srv/app', self: 75 });
  });
});

it('reads callgrind names that stand without a blank behind their number', async () => {
  const text =
    'version: 1\ncreator: yappi\nevents: Ticks\n\nfl=(1)/srv/app.py\nfn=(1)hot\n3 75\n\nfl=(1)\nfn=(2)main\n1 25\ncfn=(1)\ncalls=1 0\n1 75\n';
  expect(leavesOf(await profileOf(text))).toEqual(['hot 75', 'main 25']);
});

describe('.NET', () => {
  const category = async (frame: string): Promise<string | undefined> =>
    (await firstLeaf(`Thread (1);App!App.Program.Main(class System.String[]);${frame} 300\nThread (1);App!App.Program.Other() 1\n`))
      ?.category;

  it.each([
    ['System.Private.CoreLib!System.String.Concat(class System.String,class System.String)', 'runtime'],
    ['System.Private.CoreLib.il!System.Threading.Monitor.Wait(class System.Object,int32)', 'lock'],
    ['system.private.corelib.il!System.String.ReplaceCore', 'runtime'],
    ['System.Text.Json!System.Text.Json.JsonSerializer.Serialize(!!0)', 'serialization'],
    ['System.Text.RegularExpressions.il!System.Text.RegularExpressions.Regex.Match(class System.String)', 'regex'],
    ['Npgsql!Npgsql.Internal.NpgsqlConnector.ReadMessage(bool)', 'database-driver'],
    [
      'Microsoft.EntityFrameworkCore.Relational!Microsoft.EntityFrameworkCore.Query.SingleQueryingEnumerable`1[System.__Canon].MoveNext()',
      'orm',
    ],
    [
      'Microsoft.AspNetCore.Server.Kestrel.Core!Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http.HttpProtocol.ProcessRequests()',
      'framework',
    ],
    ['System.Net.Sockets!System.Net.Sockets.Socket.Receive(unsigned int8[])', 'network-io'],
    ['System.Private.CoreLib!System.IO.File.ReadAllText(class System.String)', 'file-io'],
    ['App!App.Reviews+<ExecuteAsync>d__0.MoveNext()', 'application'],
    ['Systematic.Shop!Systematic.Shop.Cart.Total()', 'application'],
    ['Microsoft365Bot!Microsoft365Bot.Cart.Total()', 'application'],
  ])('files %s under %s', async (frame, expected) => {
    expect(await category(frame)).toBe(expected);
  });

  it('takes generic types for no mark of DTrace', async () => {
    const text =
      'T;App!Shop.List`1[System.__Canon].Add(!0) 300\nT;shop.il!Shop.Map`2.Find 200\nT;libc.so.6`memcpy 100\nT;app`operator!=(A, B) 50\n';
    const { leaves } = summarizeProfile(await profileOf(text));
    expect(leaves.map(({ frame, module }) => [frame, module])).toEqual([
      ['Shop.List`1[System.__Canon].Add', 'App'],
      ['Shop.Map`2.Find', 'shop.il'],
      ['memcpy', 'libc.so.6'],
      ['operator!=(A, B)', 'app'],
    ]);
  });

  it('takes a local function apart, and keeps a pool without work apart', async () => {
    const text =
      'Thread (1);App!Store.<Load>g__Term|0_0(int32) 300\nThread (2);System.Private.CoreLib!System.Threading.LowLevelLifoSemaphore.WaitForSignal(int32) 700\n';
    const summary = summarizeProfile(await profileOf(text));
    expect(summary).toMatchObject({ total: 300, samples: 300 });
    expect(summary.leaves[0]).toMatchObject({ frame: 'Store.<Load>g__Term|0_0', module: 'App', self: 300 });
  });
});

describe('what pastes do to lines', () => {
  it('reads the counted form of a goroutine dump behind blanks', async () => {
    const text =
      'goroutine profile: total 7\n4 @ 0x43a016 0x407bbd\n#    0x4f0a64    main.acquire+0x44    /src/main.go:31\n\n3 @ 0x43a016\n#    0x4083f9    main.wait+0x84    /src/main.go:343\n';
    const expected = ['main.acquire 4', 'main.wait 3'];
    expect(leavesOf(await profileOf(text))).toEqual(expected);
    expect(leavesOf(await profileOf(text.replace(/^(?=.)/gm, '    ')))).toEqual(expected);
  });

  it('joins frames of macOS sample that were wrapped', async () => {
    const text = [
      'Call graph:',
      '    44 Thread_1   DispatchQueue_1: com.apple.main-thread  (serial)',
      '      44 start  (in dyld) + 1  [0x7f]',
      '        44 parser_t::eval(std::basic_string<wchar_t>, std::shared_ptr<job_gr',
      'oup_t> const&)  (in fish) + 126  [0x107c]',
      '',
      'Total number in stack (recursive counted multiple, when >=5):',
      '',
    ].join('\n');
    expect(await firstLeaf(text)).toMatchObject({
      frame: 'parser_t::eval(std::basic_string<wchar_t>, std::shared_ptr<job_group_t> const&)',
      module: 'fish',
      self: 44,
    });
  });

  it("names async-profiler's tables without their head", async () => {
    expect(await refusal('--- 6790000000 ns (98.84%), 679 samples\n  [ 0] Primes.isPrime\n')).toMatch(/asprof -o collapsed/);
    expect(await refusal('--- 6790000000 (98.84%) ns, 679 samples\n  [ 0] Primes.isPrime\n')).toMatch(/asprof -o collapsed/);
    expect(
      await refusal(
        '          ns  percent  samples  top\n  ----------  -------  -------  ---\n  6790000000   98.84%      679  Primes.isPrime\n',
      ),
    ).toMatch(/asprof/);
  });
});

describe('C++, Rust, Swift and Objective-C', () => {
  it.each([
    ['std::vector<int, std::allocator<int> >::push_back(int const&)', 'runtime'],
    ['std::map<int, std::string, std::less<int> >::operator[](int const&)', 'runtime'],
    ['void std::sort<int*>(int*, int*)', 'runtime'],
    ['std::vector<int> App::load<int>(std::string const&)', 'application'],
    ['std::shared_ptr<Shop::Cart>& Shop::cartOf(int)', 'application'],
    ['<alloc::vec::Vec<T> as core::clone::Clone>::clone', 'runtime'],
    ['<shop::Cart as core::fmt::Debug>::fmt', 'application'],
    ['core::ops::function::FnOnce::call_once{{vtable.shim}}', 'runtime'],
    ['standard::Cart::total', 'application'],
    ['tokio::runtime::task::harness::poll_future', 'framework'],
    ['serde_json::de::from_str', 'serialization'],
    ['sqlx_core::postgres::connection::executor::run', 'database-driver'],
    ['sqlx::query::Query<DB,A>::fetch_all', 'database-driver'],
    ['<diesel::pg::PgConnection as diesel::Connection>::execute', 'orm'],
    ['pthread_mutex_lock', 'lock'],
    ['__pthread_mutex_lock', 'lock'],
    ['pthread_create', 'application'],
    ['swift_retain', 'runtime'],
    ['objc_msgSend', 'runtime'],
  ])('files %s under %s', async (frame, expected) => {
    expect(await firstLeaf(`shop;main;${frame} 300\nshop;main 1\n`)).toMatchObject({ category: expected });
  });
});
