/**
 * `npm run fuzz [-- --seconds 600 --only profile:pprof --seed 1 --keep DIR]`: damages good files of every reader. Only results that keep their promises, or
 * UnreadableInputError; memory bounded, no quadratic time. Exit code 1 with a finding; `--keep` writes its input to a folder.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz/run.js';
import { fuzzTargets } from './fuzz/targets.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
  },
});
const chosen = fuzzTargets().filter(({ id }) => values.only === undefined || id.includes(values.only));
if (chosen.length === 0)
  throw new Error(
    `expected a reader, got --only ${values.only ?? ''}; there are ${fuzzTargets()
      .map(({ id }) => id)
      .join(', ')}`,
  );
let findings = 0;
for (const target of chosen) {
  const result = await fuzz(target, {
    budget: { seconds: Number(values.seconds) },
    firstSeed: Number(values.seed),
    slowMs: 5000,
    memoryMb: 700,
  });
  findings += result.findings.length;
  console.log(
    `${result.id.padEnd(28)} ${result.inputs} inputs of ${target.seeds.length} files, ${result.read} read, slowest ${result.slowestMs.toFixed(0)} ms, ${result.findings.length} findings`,
  );
  for (const { seed, what, input } of result.findings) {
    console.log(`  seed ${seed}: ${what}`);
    if (values.keep === undefined) continue;
    mkdirSync(values.keep, { recursive: true });
    writeFileSync(join(values.keep, `${result.id.replace(':', '-')}-${seed}.bin`), input);
  }
}
process.exitCode = findings > 0 ? 1 : 0;
