import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readProfileFile } from '../../../adapters/artifacts/profile-file.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import type { ProfileSummary } from '../../../core/model/profile.js';
import { summarizeProfile } from '../../../core/profile/summarize.js';

/** Inputs in the shape of real ones, most of them from bug reports of other readers; `expected.json` says in words what is right. */
const folder = new URL('../../../fixtures/profiles/samples/', import.meta.url);
const listed = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as { file: string; expect: string }[];

/** What the words come to: leaves with their share in per cent, or a part of the refusal. */
interface Right {
  leaves?: Record<string, number>;
  refused?: RegExp;
  /** Reading and refusing are both right. */
  either?: boolean;
  verdict?: ProfileSummary['quality']['verdict'];
  samples?: number;
  idle?: number;
  module?: string;
  category?: string;
  total?: number;
  failed?: string[];
  told?: RegExp;
}

const hot75: Right = { leaves: { hot: 75 } };
const right: Record<string, Right> = {
  'pprof-negative-values.pb': { refused: /difference of two profiles.*--diff/ },
  'pprof-two-concatenated.pb.gz': { refused: /two or more in one file/ },
  'pprof-node-sample-singular.pb.gz': { samples: 900, verdict: 'good', leaves: { hot: 77.78 } },
  'pprof-node-idle-with-place.pb.gz': { idle: 39, leaves: { hot: 98.36 } },
  'pprof-legacy-heap-text.heap': { refused: /debug=1.*without `\?debug=1`/ },
  'cpuprofile-late-samples.cpuprofile': { total: 360_400, leaves: { hot: 93.3, late: 6.7 } },
  'cpuprofile-cdp-answer.json': hot75,
  'chrome-trace-plain.json': hot75,
  'chrome-trace-long-metadata.json': hot75,
  'chrome-trace-unterminated-array.json': hot75,
  'chrome-trace-tail-of-older-profile.json': { ...hot75, told: /10 samples belong to a recording that began before/ },
  'chrome-trace-args-stripped.json': hot75,
  'chrome-trace-lost-node-chunk.json': hot75,
  'json-over-1mb-other.json.gz': { refused: /JSON of no known format \(keys meta, libs, threads\)/ },
  'perf-no-time.txt.gz': hot75,
  'perf-comm-spaces-period.txt.gz': hot75,
  'perf-node-clock-u.txt.gz': hot75,
  'perf-jit-app-cache.txt.gz': { leaves: { 'java.lang.String.hashCode': 100 }, module: '[JIT app cache]' },
  'perf-tracepoint-no-stack.txt': { refused: /expected stacks, got 200 samples/ },
  'perf-no-callgraph.txt': { ...hot75, failed: ['one-frame-stacks'] },
  'perf-unknown-root-above-libc-start.txt.gz': { ...hot75, verdict: 'good' },
  'perf-swapper-softirq.txt.gz': { leaves: { bpf_prog_2b95_lb: 100 }, idle: 50 },
  'perf-kernel-symbols-hidden.txt.gz': { leaves: { hot: 45, '[kernel.kallsyms]': 40, cold: 15 }, verdict: 'good' },
  'perf-dso-with-brackets.txt.gz': { leaves: { hot: 100 }, module: '/opt/My App (beta)/bin/app' },
  'perf-hybrid-cores.txt.gz': { leaves: { onCore: 50, onAtom: 50 } },
  'perf-empty-line-after-header.txt.gz': hot75,
  'perf-last-sample-unterminated.txt.gz': { ...hot75, samples: 400 },
  'folded-differential-with-zeros.txt': { refused: /one weight per line, got two/ },
  'folded-glibc-version-suffix.txt': { leaves: { 'memcpy@GLIBC_2.2.5': 100 }, samples: 300 },
  'folded-one-stack-per-thread.txt': { leaves: { 'Job.run': 65.6, 'Job.runSlow': 34.4 }, verdict: 'good' },
  'folded-invalid-lines.txt': { samples: 190, told: /2 of 5 lines left out \(line 2: "\/\/ other"\)/ },
  'folded-java-signatures.txt': { leaves: { 'App.load': 75, 'App.save': 25 } },
  'folded-backslash-name.txt': { leaves: { 'foo\\bar': 75 } },
  'folded-pyspy-docstring.txt': { leaves: { work: 99.67 }, samples: 301 },
  'folded-papyrus-like.log': { leaves: { 'cmd._CON': 64.5 } },
  'folded-single-frames.txt': { either: true },
  'speedscope-more-weights-than-samples.json': { refused: /300 samples and 400 weights/ },
  'speedscope-dotnet-cpu-time.json.gz': { leaves: { 'App.Cart.Total': 75, 'App.Cart.Load': 25 } },
  'speedscope-evented-crossing.json': { refused: /innermost open frame/ },
  'speedscope-no-profiles.json': { refused: /profiles/ },
  'speedscope-rbspy-uneven-weights.json': { ...hot75, samples: 400 },
  'folded-austin-microseconds.txt': { leaves: { work: 75 }, samples: 80, verdict: 'rejected' },
  'perf-frames-only.txt': { refused: /expected/ },
  'perf-node12-internal-paths.txt.gz': { leaves: { listOnTimeout: 75 }, module: 'internal/timers.js', category: 'runtime' },
  'gprof-gmon.out': { refused: /gprof data.*`gprof PROGRAM gmon\.out`/ },
  'cprofile.prof': { leaves: { iterencode: 80.4, '{built-in method builtins.exec}': 16.49 }, told: /Python cProfile statistics/ },
  'jfr-print.json': { leaves: { 'App.hot': 100 }, samples: 200 },
  'asprof-traces.txt': { refused: /traces output.*asprof -o collapsed/ },
  'pprof-top.txt': { refused: /go tool pprof -proto/ },
  'cpuprofile-wait-for-debugger.cpuprofile': { leaves: { work: 100 } },
  'perf-java-old-agent-names.txt.gz': {
    leaves: { 'io/netty/channel/DefaultChannelHandlerContext.fireChannelRead': 75 },
    category: 'framework',
  },
  'perf-java-agent-names.txt.gz': {
    leaves: { 'io/netty/channel/DefaultChannelHandlerContext.fireChannelRead': 75 },
    category: 'framework',
  },
  'perf-one-broken-period.txt': { ...hot75, told: /one sample of 400 carries 99\.99 % of the weight/ },
};

describe('inputs that people bring', () => {
  it('has an answer for every listed file', () => {
    expect(Object.keys(right).sort()).toEqual(listed.map((entry) => entry.file).sort());
  });

  it.each(listed)('$file: $expect', async ({ file }) => {
    const want = right[file] ?? {};
    const read = await readProfileFile(new URL(file, folder).pathname).then(
      (profile) => summarizeProfile(profile),
      (reason: unknown) => reason,
    );
    if (read instanceof Error) {
      expect(read).toBeInstanceOf(UnreadableInputError);
      if (want.either !== true) expect(want.refused, read.message).toBeDefined();
      expect(read.message).toMatch(want.refused ?? /expected/);
      return;
    }
    if (want.either !== true) expect(want.refused).toBeUndefined();
    check(read as ProfileSummary, want);
  });
});

function check(summary: ProfileSummary, want: Right): void {
  const shareOf = (name: string): number => (summary.leaves.find((leaf) => leaf.frame === name)?.selfShare ?? 0) * 100;
  for (const [name, percent] of Object.entries(want.leaves ?? {})) expect(shareOf(name), name).toBeCloseTo(percent, 0);
  const [first] = summary.leaves;
  if (want.leaves !== undefined) expect(Object.keys(want.leaves)).toContain(first?.frame);
  const checks = summary.quality.checks;
  if (want.verdict !== undefined) expect(summary.quality.verdict, JSON.stringify(checks)).toBe(want.verdict);
  if (want.samples !== undefined) expect(summary.samples).toBe(want.samples);
  if (want.idle !== undefined) expect((summary.idleShare ?? 0) * 100).toBeCloseTo(want.idle, 1);
  if (want.total !== undefined) expect(summary.total).toBe(want.total);
  if (want.module !== undefined) expect(first?.module).toBe(want.module);
  if (want.category !== undefined) expect(first?.category).toBe(want.category);
  for (const id of want.failed ?? []) expect(checks).toContainEqual(expect.objectContaining({ id, ok: false }));
  if (want.told !== undefined) expect(checks.map(({ detail }) => detail).join('\n')).toMatch(want.told);
}
