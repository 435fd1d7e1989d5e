/**
 * A worker of its own process that runs runbooks, to be killed: the built product. With a `moment` it kills itself there, once: before the named
 * call is begun, while it runs, or when it is done and nobody was told yet. Each call is written to `calls`, so that a first run names the moments.
 * Whoever survived the last run is given the next one's `calls` and `moment` by a line on standard input, and answers it.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createRunbookActivities } from '../../dist/activities/runbook/create-runbook-activities.js';
import { createRunbookDependencies } from '../../dist/worker/dependencies/runbook-dependencies.js';

const settings = JSON.parse(await readFile(process.argv[2], 'utf8'));
const { address, bundle, catalog, dataDirectory, taskQueue } = settings;
let { calls, moment } = settings;

function die(marker) {
  writeFileSync(marker, '');
  process.kill(process.pid, 'SIGKILL');
}

/** How long after its begin a call is struck: a program has been started then, and a statement sent. */
const inTheMiddleMs = 150;

function struck([name, activity]) {
  return [
    name,
    async (order) => {
      const call = `${name} ${order.key ?? ''}`.trim();
      if (calls !== undefined) appendFileSync(calls, `${call}\n`);
      const { side, marker } = moment?.call === call && !existsSync(moment.marker) ? moment : {};
      if (side === 'before') die(marker);
      if (side === 'during') setTimeout(die, inTheMiddleMs, marker);
      const result = await activity(order);
      if (side !== undefined) die(marker);
      return result;
    },
  ];
}

const activities = createRunbookActivities(createRunbookDependencies({ catalog, dataDirectory }));
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowBundle: { codePath: bundle },
  activities: Object.fromEntries(Object.entries(activities).map(struck)),
  maxHeartbeatThrottleInterval: '500ms',
  stickyQueueScheduleToStartTimeout: '1s',
});
createInterface({ input: process.stdin }).on('line', (line) => {
  ({ calls, moment } = JSON.parse(line));
  process.stdout.write('taken\n');
});
process.stdout.write('ready\n');
await worker.run();
