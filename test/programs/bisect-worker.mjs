/** A bisect worker of its own process, to be killed: the built product with a shorter load than the catalog allows. */
import { readFile } from 'node:fs/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createBisectActivities } from '../../dist/activities/bisect.js';
import { createBisectDependencies } from '../../dist/worker/dependencies/bisect-dependencies.js';

const { address, bundle, catalog, k6, taskQueue } = JSON.parse(await readFile(process.argv[2], 'utf8'));
const connection = await NativeConnection.connect({ address });
// The permission is asked of workflows that a worker of incidents answers; here is none.
const mayLoad = (load, work) => work(load.signal);
const place = { host: 'bench-1', measuringHosts: () => Promise.resolve(['bench-1']), mayLoad };
const settings = { catalog, dataDirectory: catalog.directory, k6: () => Promise.resolve(k6) };
const deps = createBisectDependencies(settings, place);
const runLoad = (order) => deps.runLoad({ ...order, plan: { ...order.plan, rate: 50, warmUpMs: 300, durationMs: 1_000 } });
const shared = {
  connection,
  activities: createBisectActivities({ ...deps, runLoad, profile: () => Promise.resolve(null) }),
  maxHeartbeatThrottleInterval: '1s',
};
// What one machine built only its own queue can remove: the product serves both, too.
const workers = await Promise.all([
  Worker.create({ ...shared, taskQueue, workflowBundle: { codePath: bundle }, stickyQueueScheduleToStartTimeout: '1s' }),
  Worker.create({ ...shared, taskQueue: `${taskQueue}-bench-1` }),
]);
process.stdout.write('ready\n');
await Promise.all(workers.map((worker) => worker.run()));
