/** A worker of its own process that runs runbooks, to be killed: the built product. */
import { readFile } from 'node:fs/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createRunbookActivities } from '../../dist/activities/runbook/create-runbook-activities.js';
import { createRunbookDependencies } from '../../dist/worker/dependencies/runbook-dependencies.js';

const { address, bundle, catalog, dataDirectory, taskQueue } = JSON.parse(await readFile(process.argv[2], 'utf8'));
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowBundle: { codePath: bundle },
  activities: createRunbookActivities(createRunbookDependencies({ catalog, dataDirectory })),
  maxHeartbeatThrottleInterval: '500ms',
  stickyQueueScheduleToStartTimeout: '1s',
});
process.stdout.write('ready\n');
await worker.run();
