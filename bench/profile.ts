/**
 * `npm run bench:profile`: how fast the readers are beside their peers (inferno of crates.io) in the same run, on one core, and what memory a file of a
 * gigabyte takes. `--large` makes that file, too. CPU time is compared, for other work on the machine must not decide.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { writeFolded, writePerfText, writePprof } from './profile/make-files.js';

const { values } = parseArgs({ options: { large: { type: 'boolean', default: false }, inferno: { type: 'string' } } });
const reader = fileURLToPath(new URL('./profile/read-one.js', import.meta.url));

interface Measured {
  cpuSeconds: number;
  maxResidentMb: number;
}

/** Runs a program on one core and takes the kernel's own account of it; the best of three. */
function measure(program: string, programArguments: string[]): Measured {
  const runs = [1, 2, 3].map((): Measured => {
    const result = spawnSync('taskset', ['-c', '0', '/usr/bin/time', '-f', '%U %S %M', program, ...programArguments], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      maxBuffer: 1 << 26,
    });
    const [user = NaN, system = NaN, kilobytes = NaN] = (result.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
    if (result.status !== 0) throw new Error(`${program} failed: ${result.stderr.slice(-300)}`);
    return { cpuSeconds: user + system, maxResidentMb: kilobytes / 1024 };
  });
  return runs.reduce((best, run) => (run.cpuSeconds < best.cpuSeconds ? run : best));
}

function inferno(): string | null {
  const folder = values.inferno ?? join(process.env['CARGO_HOME'] ?? join(process.env['HOME'] ?? '', '.cargo'), 'bin');
  if (existsSync(join(folder, 'inferno-collapse-perf'))) return folder;
  try {
    execFileSync('cargo', ['--version'], { stdio: 'ignore' });
    console.log('peer missing: run `cargo install inferno`, or give its folder with --inferno');
  } catch {
    console.log('peer missing: cargo is not installed, so inferno cannot be had; only our own figures follow');
  }
  return null;
}

function report(what: string, sizeMb: number, ours: Measured, startup: number, peer: Measured | null): void {
  const own = ours.cpuSeconds - startup;
  const rate = (seconds: number): string => `${(sizeMb / Math.max(seconds, 1e-3)).toFixed(0)} MB/s`;
  const beside =
    peer === null
      ? 'no peer'
      : `peer ${peer.cpuSeconds.toFixed(2)} s (${rate(peer.cpuSeconds)}), ratio ${(own / peer.cpuSeconds).toFixed(2)}`;
  console.log(
    `${what.padEnd(22)} ${own.toFixed(2)} s (${rate(own)}) after a start of ${startup.toFixed(2)} s, ${ours.maxResidentMb.toFixed(0)} MB; ${beside}`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'bench-profile-'));
try {
  const file = (name: string): string => join(folder, name);
  const node = (path: string): Measured => measure(process.execPath, [reader, path]);
  const peers = inferno();
  const startup = measure(process.execPath, [reader]).cpuSeconds;
  const perfMb = await writePerfText(file('perf.txt'), 94_000_000);
  const ofPerf = peers === null ? null : measure(join(peers, 'inferno-collapse-perf'), ['--nthreads', '1', file('perf.txt')]);
  report('perf text', perfMb, node(file('perf.txt')), startup, ofPerf);
  const foldedMb = await writeFolded(file('stacks.folded'), 94_000_000);
  // Its reader cannot be run alone: with nothing wide enough to draw, reading is nearly all it does.
  const ofFolded = peers === null ? null : measure(join(peers, 'inferno-flamegraph'), ['--minwidth', '99', file('stacks.folded')]);
  report('folded', foldedMb, node(file('stacks.folded')), startup, ofFolded);
  const pprofMb = await writePprof(file('cpu.pb'), 20_000);
  report('pprof, 20 000 samples', pprofMb, node(file('cpu.pb')), startup, null);
  if (values.large) {
    for (const [name, write] of [['perf.txt', writePerfText] as const, ['stacks.folded', writeFolded] as const]) {
      const sizeMb = await write(file(name), 1_000_000_000);
      report(`1 GB of ${name}`, sizeMb, node(file(name)), startup, null);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
