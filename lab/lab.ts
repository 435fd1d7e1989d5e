import { parseArgs } from 'node:util';
import { parseDuration } from '../config/duration.js';
import { calibrate } from './cases/calibrate.js';
import { checkRecordedForecasts, medianError } from './cases/forecast-errors.js';
import { caseList, chooseNamed } from './cases/choose-cases.js';
import type { Fault } from './fault.js';
import { faults } from './faults/registry.js';
import { startGuests } from './guests/guest-session.js';
import { guests as allGuests } from './guests/registry.js';
import type { Guest } from './guests/guest.js';
import { shopCase, startLabSession } from './lab-session.js';
import { caseLine, summaryLines } from './cases/lab-table.js';
import { pinAllAnswers } from './cases/record-evidence.js';
import { runAll } from './cases/run-all.js';
import type { CaseResult, LabCase, Responder } from './cases/run-case.js';
import { summarize, type LabSummary } from './cases/score.js';
import { onInterrupt } from './stack/interrupt.js';
import { createReleasers, type Releasers } from './stack/releasers.js';

const usage = `npm run lab -- [options]: every fault through the real workflow, truth against answer
  --only a,b       only these (see --list)
  --repeat N       each of them N times
  --duration 20s   judged part of each load
  --json           one document on stdout
  --guests         services that are not the shop, in place of its faults
  --record         keep the evidence of each window in fixtures/evidence, with the answer that it gives
  --rerun          take each fault back and run its load again; with --record the measurement is kept beside the evidence, as NAME-mended
  --calibrate      no run: count the hits of every pattern of evidence in the recorded windows
  --rejudge        no run: pin the answers that today's rules give to the recorded windows
  --list           names and titles
`;

interface LabOptions {
  faults: Fault[];
  /** Null: the shop. */
  guests: Guest[] | null;
  repeat: number;
  durationMs: number;
  json: boolean;
  record: boolean;
  rerun: boolean;
}

const bar = { topOne: 0.9 };
const warmUpMs = 3000;

async function readOptions(): Promise<LabOptions | number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      repeat: { type: 'string', default: '1' },
      duration: { type: 'string', default: '20s' },
      json: { type: 'boolean', default: false },
      guests: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      rerun: { type: 'boolean', default: false },
      rejudge: { type: 'boolean', default: false },
      calibrate: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.list) {
    process.stdout.write(values.help ? usage : `${caseList(values.guests ? allGuests : faults)}\n`);
    return 0;
  }
  if (values.calibrate) {
    const judged = await calibrate();
    const error = medianError(await checkRecordedForecasts());
    process.stdout.write(
      `${judged.filter(({ isHit }) => isHit).length} of ${judged.length} named causes are right, forecasts are ${error === null ? 'unknown' : Math.round(error * 100)} % off in the median; build and --rejudge to pin the answers\n`,
    );
    return 0;
  }
  if (values.rejudge) {
    const changed = await pinAllAnswers();
    process.stdout.write(
      changed.length === 0 ? 'every recorded window gives the answer that it gave\n' : `changed: ${changed.join(', ')}\n`,
    );
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
  const guests = values.guests ? chooseNamed(allGuests, names) : null;
  return {
    faults: guests === null ? chooseNamed(faults, names) : [],
    guests,
    repeat,
    durationMs,
    json: values.json,
    record: values.record,
    rerun: values.rerun,
  };
}

const say = (message: string): void => {
  process.stderr.write(`${message}\n`);
};

/** The shop's faults, or with `--guests` the services that are not the shop. */
async function startCases(options: LabOptions, releasers: Releasers): Promise<{ responder: Responder; cases: LabCase[] }> {
  const { faults, guests, durationMs } = options;
  if (guests !== null) return await startGuests({ guests, durationMs, warmUpMs, say, releasers });
  const session = await startLabSession({ faults, durationMs, warmUpMs, say, releasers });
  return { responder: session, cases: faults.map((fault) => shopCase(session, fault)) };
}

function reportResults(results: CaseResult[], options: LabOptions): LabSummary {
  const summary = summarize(results);
  const times = results.flatMap(({ document }) => document?.timing.reportReadyMs ?? []);
  say(['', ...summaryLines(summary, times)].join('\n'));
  if (options.json) process.stdout.write(`${JSON.stringify({ summary, cases: results })}\n`);
  return summary;
}

async function giveBack(releasers: Releasers): Promise<void> {
  for (const problem of await releasers.releaseAll()) say(`while stopping: ${problem}`);
}

async function main(): Promise<number> {
  const options = await readOptions();
  if (typeof options === 'number') return options;
  const releasers = createReleasers();
  const forget = onInterrupt(() => releasers.releaseAll());
  try {
    const place = { start: () => startCases(options, releasers), stop: () => giveBack(releasers) };
    const onResult = (labCase: LabCase, result: CaseResult): void => say(caseLine(labCase, result));
    const summary = reportResults(await runAll(place, { ...options, onResult, say }), options);
    const isGood = (summary.topOneLocation.ratio ?? 1) >= bar.topOne && summary.falseAccusations.successes === 0;
    return isGood && summary.failed.length === 0 && summary.notRun.length === 0 ? 0 : 1;
  } finally {
    await giveBack(releasers);
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
