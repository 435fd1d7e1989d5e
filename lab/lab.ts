import { parseArgs } from 'node:util';
import { parseDuration } from '../config/duration.js';
import { chooseFaults, faultList } from './choose-faults.js';
import type { Fault } from './fault.js';
import { startLabSession, type LabSession } from './lab-session.js';
import { caseLine, summaryLines } from './lab-table.js';
import { runCase, type CaseResult } from './run-case.js';
import { summarize, type LabSummary } from './score.js';
import { onInterrupt } from './interrupt.js';
import { createReleasers } from './releasers.js';

const usage = `npm run lab -- [options]: every fault through the real workflow, truth against answer
  --only a,b       only these (see --list)
  --repeat N       each of them N times
  --duration 20s   judged part of each load
  --json           one document on stdout
  --list           names and titles
`;

interface LabOptions {
  faults: Fault[];
  repeat: number;
  durationMs: number;
  json: boolean;
}

const bar = { topOne: 0.9 };
const warmUpMs = 3000;

function readOptions(): LabOptions | number {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      repeat: { type: 'string', default: '1' },
      duration: { type: 'string', default: '20s' },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.list) {
    process.stdout.write(values.help ? usage : `${faultList()}\n`);
    return 0;
  }
  const durationMs = parseDuration(values.duration);
  if (durationMs === null || durationMs < 10_000) throw new Error(`--duration: expected at least 10s, got ${values.duration}`);
  const repeat = Number(values.repeat);
  if (!Number.isInteger(repeat) || repeat < 1) throw new Error(`--repeat: expected a whole number from 1, got ${values.repeat}`);
  const names = (values.only ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return { faults: chooseFaults(names), repeat, durationMs, json: values.json };
}

const say = (message: string): void => {
  process.stderr.write(`${message}\n`);
};

async function runAll(session: LabSession, options: LabOptions): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (let round = 1; round <= options.repeat; round++) {
    for (const fault of options.faults) {
      const result = await runCase(session, fault, options.durationMs);
      results.push(result);
      say(caseLine(fault, result));
    }
  }
  return results;
}

function reportResults(results: CaseResult[], options: LabOptions): LabSummary {
  const summary = summarize(results);
  const times = results.flatMap(({ document }) => document?.timing.reportReadyMs ?? []);
  say(['', ...summaryLines(summary, times)].join('\n'));
  if (options.json) process.stdout.write(`${JSON.stringify({ summary, cases: results })}\n`);
  return summary;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') return options;
  const releasers = createReleasers();
  const forget = onInterrupt(() => releasers.releaseAll());
  try {
    const session = await startLabSession({ faults: options.faults, durationMs: options.durationMs, warmUpMs, say, releasers });
    const summary = reportResults(await runAll(session, options), options);
    const isGood = (summary.topOneLocation.ratio ?? 1) >= bar.topOne && summary.falseAccusations.successes === 0;
    return isGood && summary.failed.length === 0 ? 0 : 1;
  } finally {
    for (const problem of await releasers.releaseAll()) say(`while stopping: ${problem}`);
    forget();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
