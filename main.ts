/** `perf-responder`: the one place that knows both the command line and the worker. Started by bin/perf-responder.js. */
import { runCommandLine } from './client/cli/main.js';

/** The worker's SDK takes half a second to load: only commands that work on incidents pay for it. */
export async function main(argv: string[]): Promise<void> {
  await runCommandLine(argv, async (settings) => (await import('./worker/start-workers.js')).startResponderWorkers(settings));
}
