import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { readProfileFile } from '../../../adapters/artifacts/profile-file.js';
import { summarizeProfile } from '../../../core/profile/summarize.js';

const fixtures = new URL('../../../fixtures/profiles/', import.meta.url);

function pathOf(name: string): string {
  return new URL(name, fixtures).pathname;
}

/** Own share of each frame in per cent, by name; idle is part of the whole here, as it is for the other readers. */
async function ownShares(path: string): Promise<Map<string, number>> {
  const summary = summarizeProfile(await readProfileFile(path), { top: 100_000 });
  const idle = summary.idleShare ?? 0;
  const shares = new Map<string, number>();
  for (const { frame, selfShare } of summary.leaves) shares.set(frame, (shares.get(frame) ?? 0) + selfShare * (1 - idle) * 100);
  return shares;
}

/** `flat%` of every function as `go tool pprof -top` has it. Go names its receiver's type without the stars' brackets; so do we. */
async function pprofTop(path: string): Promise<Map<string, number>> {
  const { stdout } = await execa('go', ['tool', 'pprof', '-top', '-nodecount=100000', '-nodefraction=0', path], {
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/local/go/bin`, PPROF_NO_BROWSER: '1' },
  });
  const rows = [...stdout.matchAll(/^\s*\S+\s+([\d.]+)%\s+[\d.]+%\s+\S+\s+[\d.]+%\s+(.+?)(?: \(inline\))?$/gm)];
  return new Map(rows.map(([, percent, name]) => [name ?? '', Number(percent)]));
}

describe('own shares equal those of other readers', () => {
  it.each([
    ...readdirSync(pathOf('pprof'))
      .filter((name) => name.endsWith('.gz'))
      .map((name) => `pprof/${name}`),
    'samples/pprof-node-sample-singular.pb.gz',
  ])('%s: go tool pprof -top, within 0.1 point', async (name) => {
    const [ours, theirs] = await Promise.all([ownShares(pathOf(name)), pprofTop(pathOf(name))]);
    // Idle is no leaf of ours; its share is in the whole all the same.
    const told = [...theirs].filter(([frame, percent]) => percent > 0 && frame !== '(idle)');
    expect(told.length).toBeGreaterThan(0);
    for (const [frame, percent] of told)
      expect(Math.abs((ours.get(frame) ?? 0) - percent), `${frame} ${percent} ${ours.get(frame) ?? 'none'}`).toBeLessThan(0.1);
  });

  it.each(['folded/names-with-spaces.folded', 'folded/py-spy-raw.txt', 'folded/simple-crlf.folded'])(
    '%s: the sum of its last frames',
    async (name) => {
      const sums = new Map<string, number>();
      let total = 0;
      for (const line of readFileSync(pathOf(name), 'utf8').split(/\r?\n/)) {
        const cut = line.lastIndexOf(' ');
        if (cut === -1) continue;
        const leaf = line.slice(0, cut).split(';').at(-1) ?? '';
        sums.set(leaf, (sums.get(leaf) ?? 0) + Number(line.slice(cut + 1)));
        total += Number(line.slice(cut + 1));
      }
      await expectSameProportions(name, sums, total);
    },
  );

  it.each(['samples/perf-no-time.txt.gz', 'perf-script/go-cpu-clock.txt', 'perf-script/node-perf-basic-prof.txt'])(
    '%s: the sum of the first frame below each header',
    async (name) => {
      const raw = readFileSync(pathOf(name));
      const text = (name.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8');
      const sums = new Map<string, number>();
      let total = 0;
      for (const block of text.split(/\n\s*\n/)) {
        const lines = block.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
        const frame = /^\s*[0-9a-f]+\s+(.+?)(?:\+0x[0-9a-f]+)?\s+\(.*\)\s*$/.exec(
          lines.find((line) => /^\s+[0-9a-f]+\s/.test(line)) ?? '',
        )?.[1];
        if (frame === undefined) continue;
        sums.set(frame, (sums.get(frame) ?? 0) + 1);
        total += 1;
      }
      await expectSameProportions(name, sums, total);
    },
  );
});

/** Names are prettied by our reader, so that the sorted own weights are compared, not their names. */
async function expectSameProportions(name: string, sums: ReadonlyMap<string, number>, total: number): Promise<void> {
  const ours = [...(await ownShares(pathOf(name))).values()].sort((left, right) => right - left);
  const theirs = [...sums.values()].map((sum) => (sum / total) * 100).sort((left, right) => right - left);
  expect(total).toBeGreaterThan(0);
  for (const [index, percent] of theirs.slice(0, 10).entries())
    expect(Math.abs((ours[index] ?? 0) - percent), `place ${index}`).toBeLessThan(0.1);
}
