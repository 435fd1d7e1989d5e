/** Builds side by side: an incident ends on the build with which it began, new ones begin on the newest. */
import { setTimeout as delay } from 'node:timers/promises';
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import { temporalCommand, type OperatedServer } from '../adapters/temporal/operator-command.js';
import { ProgramFailedError } from '../core/model/errors.js';

/** One name for all builds of the responder; the server knows their versions below it. */
export const deploymentName = 'perf-responder';

/**
 * For workers that decide (workflows). Those that only act (load, captures) have no version: what they are asked is a contract that every build keeps,
 * and a load host must not need one worker for each build that drains.
 */
export function versionOptions(buildId: string | null): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (buildId === null) return {};
  const version = { deploymentName, buildId };
  return { workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' } };
}

const pollEveryMs = 250;
const patienceMs = 60_000;

/**
 * New incidents begin on this build from now on. A version is known to the server only after its workers polled, so this waits for that; a build
 * without it would wait for work for ever. Throws ProgramFailedError with the command to run by hand.
 */
export async function makeCurrent(connection: NativeConnection, server: OperatedServer, buildId: string): Promise<void> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      // Another build may still serve queues that this one does not: they keep what they have.
      await connection.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: server.namespace,
        deploymentName,
        buildId,
        ignoreMissingTaskQueues: true,
      });
      return;
    } catch (error) {
      if (Date.now() < until) {
        await delay(pollEveryMs);
        continue;
      }
      const reason = error instanceof Error ? error.message : String(error);
      const words = `worker deployment set-current-version --deployment-name ${deploymentName} --build-id ${buildId}`;
      const command = temporalCommand(words, server);
      const message = `build ${buildId} could not be made the current one (${reason}); let an operator run: ${command}`;
      throw new ProgramFailedError({ program: 'temporal', exitCode: null, message, retryable: true }, { cause: error });
    }
  }
}
