import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { caseList, chooseNamed } from './cases/choose-cases.js';
import { faults } from './faults/registry.js';
import { playDemo } from './demo-story.js';
import type { Fault } from './fault.js';
import { onInterrupt } from './stack/interrupt.js';
import { runIncidentDemo } from './incident/incident-demo.js';
import { startLabSession } from './lab-session.js';
import { createNarrator, type Narrator } from './narrator.js';
import { createReleasers, type Releasers } from './stack/releasers.js';

const usage = `npm run demo -- [options]: one incident from the alert to the proven fix, about three minutes
  --fault NAME   what to break (missing-index; see --list)
  --list         what can be broken
  --incident     a whole incident instead: bad deploy, page, five minutes, approved rollback, the same load, all-clear, postmortem
  --report FILE  write the whole report there: FILE.html or FILE.md; the terminal shows its first page
  --out FOLDER   where --incident writes its postmortem (this folder)
  --keep         leave everything running at the end, until Ctrl-C
  --json         the triage document with its re-runs on stdout
`;

interface DemoOptions {
  incident: boolean;
  out: string;
  report: string | null;
  fault: Fault;
  keep: boolean;
  json: boolean;
}

const loadMs = 30_000;
const warmUpMs = 3000;

function readOptions(): DemoOptions | number {
  const { values } = parseArgs({
    options: {
      fault: { type: 'string', default: 'missing-index' },
      list: { type: 'boolean', default: false },
      incident: { type: 'boolean', default: false },
      out: { type: 'string', default: '.' },
      report: { type: 'string' },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.list) {
    process.stdout.write(values.help ? usage : `${caseList(faults)}\n`);
    return 0;
  }
  const fault = chooseNamed(faults, [values.fault])[0];
  if (fault === undefined) throw new Error('no fault to show');
  const report = values.report === undefined ? null : resolve(values.report);
  if (report !== null && !/\.(?:html|md)$/.test(report))
    throw new Error(`--report: expected a file ending in .html or .md, got "${values.report ?? ''}"; rename it`);
  return { fault, keep: values.keep, json: values.json, incident: values.incident, out: resolve(values.out), report };
}

async function run(options: DemoOptions, narrator: Narrator, releasers: Releasers): Promise<number> {
  const { fault } = options;
  narrator.headline('Getting ready: programs, database, Temporal, worker, alert hook');
  const session = await startLabSession({ faults: [fault], durationMs: loadMs, warmUpMs, say: narrator.say, releasers });
  const ui = session.incidents.ui;
  if (ui !== null) narrator.headline(`Watch it in the Temporal Web UI: ${ui}`);
  const shop = await session.startShop(fault);
  const end = await playDemo(session, shop, fault, { narrator, reportFile: options.report });
  narrator.headline(
    end.expected
      ? `As expected: ${end.document.outcome ?? 'no outcome'}`
      : `NOT as expected: ${[end.document.outcome ?? 'no outcome', ...end.score.notes].join('; ')}`,
  );
  if (options.json) process.stdout.write(`${JSON.stringify(end.document)}\n`);
  if (options.keep) {
    narrator.headline(
      `Everything is still running${ui === null ? '' : ` (Web UI ${ui})`}: shop ${shop.url}, hook ${session.incidents.hook}. Ctrl-C stops it.`,
    );
    await new Promise(() => undefined);
  }
  return end.expected ? 0 : 1;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') return options;
  const narrator = createNarrator();
  const releasers = createReleasers();
  const forget = onInterrupt(() => releasers.releaseAll());
  try {
    return await (options.incident ? runIncidentDemo : run)(options, narrator, releasers);
  } finally {
    for (const problem of await releasers.releaseAll()) narrator.say(`while stopping: ${problem}`);
    forget();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
