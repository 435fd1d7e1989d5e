/**
 * A worker of its own process that runs runbooks, to be killed: the built product. With a `moment` it kills itself there, once: before the named
 * call is begun, while it runs, or when it is done and nobody was told yet. Each call is written to `calls`, so that a first run names the moments.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createRunbookActivities } from '../../dist/activities/runbook/create-runbook-activities.js';
import { createRunbookDependencies } from '../../dist/worker/dependencies/runbook-dependencies.js';

const settings = JSON.parse(await readFile(process.argv[2], 'utf8'));
const { address, bundle, catalog, dataDirectory, taskQueue, calls, moment } = settings;

function die() {
  writeFileSync(moment.marker, '');
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
      const isMeant = moment?.call === call && !existsSync(moment.marker);
      if (isMeant && moment.side === 'before') die();
      if (isMeant && moment.side === 'during') setTimeout(die, inTheMiddleMs);
      const result = await activity(order);
      if (isMeant) die();
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
process.stdout.write('ready\n');
await worker.run();
