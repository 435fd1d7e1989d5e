// A worker of incident command as the product builds it, to be killed. Its settings stand in a file, its secrets in the environment.
import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createCommandActivities } from '../../dist/activities/command/create-command-activities.js';
import { createCommandDependencies } from '../../dist/worker/dependencies/command-dependencies.js';
import { readCatalog } from '../../dist/config/catalog.js';

const { address, bundle, catalogFile, dataDirectory, taskQueue } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const catalog = await readCatalog(catalogFile);
const client = new Client({ connection: await Connection.connect({ address }) });
const deps = createCommandDependencies({ client, catalog, dataDirectory, incidentUrl: () => null, ackUrl: () => null });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  activities: createCommandActivities(deps),
  workflowBundle: { codePath: bundle },
  stickyQueueScheduleToStartTimeout: '1s',
});
const running = worker.run();
process.stdout.write('ready\n');
await running;
