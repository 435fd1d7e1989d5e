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

type Command = [program: string, ...programArguments: string[]];

/** Runs a program on one core and takes the kernel's own account of it. */
function runOnce([program, ...programArguments]: Command): Measured {
  const result = spawnSync('taskset', ['-c', '0', '/usr/bin/time', '-f', '%U %S %M', program, ...programArguments], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 1 << 26,
  });
  const [user = NaN, system = NaN, kilobytes = NaN] = (result.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  if (result.status !== 0) throw new Error(`${program} failed: ${result.stderr.slice(-300)}`);
  return { cpuSeconds: user + system, maxResidentMb: kilobytes / 1024 };
}

/** The best of five of each command, in turns: on a shared machine they then meet the same conditions. */
function measure(commands: readonly Command[]): Measured[] {
  const best = commands.map(runOnce);
  for (let round = 1; round < 5; round++) {
    for (const [index, command] of commands.entries()) {
      const run = runOnce(command);
      if (run.cpuSeconds < (best[index]?.cpuSeconds ?? Infinity)) best[index] = run;
    }
  }
  return best;
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

/** Measures our reader, its start without a file, and the peer, and prints them beside each other. */
function compare(what: string, sizeMb: number, path: string, peer: Command | null): void {
  const node: Command = [process.execPath, reader];
  const [start, ours, theirs] = measure([node, [...node, path], ...(peer === null ? [] : [peer])]);
  const own = (ours?.cpuSeconds ?? NaN) - (start?.cpuSeconds ?? NaN);
  const rate = (seconds: number): string => `${(sizeMb / Math.max(seconds, 1e-3)).toFixed(0)} MB/s`;
  const beside =
    theirs === undefined
      ? 'no peer'
      : `peer ${theirs.cpuSeconds.toFixed(2)} s (${rate(theirs.cpuSeconds)}), ratio ${(own / theirs.cpuSeconds).toFixed(2)}`;
  console.log(
    `${what.padEnd(22)} ${own.toFixed(2)} s of CPU (${rate(own)}) after a start of ${start?.cpuSeconds.toFixed(2)} s, ${ours?.maxResidentMb.toFixed(0)} MB; ${beside}`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'bench-profile-'));
try {
  const file = (name: string): string => join(folder, name);
  const peers = inferno();
  const peer = (program: string, ...programArguments: string[]): Command | null =>
    peers === null ? null : [join(peers, program), ...programArguments];
  const perfMb = await writePerfText(file('perf.txt'), 94_000_000);
  compare('perf text', perfMb, file('perf.txt'), peer('inferno-collapse-perf', '--nthreads', '1', file('perf.txt')));
  const foldedMb = await writeFolded(file('stacks.folded'), 94_000_000);
  // Its reader cannot be run alone: with nothing wide enough to draw, reading is nearly all it does.
  compare('folded', foldedMb, file('stacks.folded'), peer('inferno-flamegraph', '--minwidth', '99', file('stacks.folded')));
  const pprofMb = await writePprof(file('cpu.pb'), 20_000);
  compare('pprof, 20 000 samples', pprofMb, file('cpu.pb'), null);
  if (values.large) {
    for (const [name, write] of [['perf.txt', writePerfText] as const, ['stacks.folded', writeFolded] as const]) {
      const sizeMb = await write(file(name), 1_000_000_000);
      compare(`1 GB of ${name}`, sizeMb, file(name), null);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
