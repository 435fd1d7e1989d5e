/** Follows an incident in the terminal: stage changes, and the live numbers that activities heartbeat. */
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { decodePayloads } from '../../adapters/temporal/history-texts.js';
import type { IncidentClient } from './incident-client.js';
import { findIncident } from './incident-lookup.js';
import type { Typed } from '../cli/command-context.js';
import { interruptible } from '../cli/terminal/interruptible.js';
import { ProgramFailedError } from '../../core/model/errors.js';
import type { IncidentStatus } from '../../workflows/respond/messages.js';

const liveEveryMs = 2000;
/** A worker under load may miss a query. After this many in a row (each waits five seconds) there is no worker. */
const missedAnswers = 3;

function heartbeatText(payload: Payload): string {
  const details: unknown = defaultPayloadConverter.fromPayload(payload);
  if (typeof details !== 'object' || details === null) return '';
  return Object.entries(details)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}

/** Numbers of the load that runs now; null when none does. */
async function liveLoad(client: Client, id: string): Promise<string | null> {
  const { workflowId, runId } = await findIncident(client, id);
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const load = raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'runLoad');
  const payload = load?.heartbeatDetails?.payloads?.[0];
  const [decoded] = payload === undefined ? [] : await decodePayloads(client, [payload]);
  return decoded === undefined ? null : heartbeatText(decoded);
}

function startLive(client: Client, id: string, progress: (line: string) => void): () => void {
  let last = '';
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    // Progress is optional: whatever goes wrong here also shows in the status.
    void client
      .withDeadline(Date.now() + liveEveryMs, () => liveLoad(client, id))
      .then((text) => {
        if (text !== null && text !== '' && text !== last) progress(`  k6: ${text}`);
        last = text ?? '';
      })
      .catch(() => undefined)
      .finally(() => (isBusy = false));
  }, liveEveryMs);
  return () => clearInterval(timer);
}

export interface FollowTarget {
  client: Client;
  incidents: IncidentClient;
  id: string;
  say: (line: string) => void;
  /** Shows numbers of the running load, in a line that may be overwritten. */
  progress: (line: string) => void;
  /** Shows what is waited for. */
  wait: (text: string) => void;
  /** A command that can be pasted into this shell. */
  typed: Typed;
  isDone: (status: IncidentStatus) => boolean;
}

/** Follows until `isDone`. Rejects with InterruptedError on Ctrl-C and with ProgramFailedError when no worker answers for long. */
export async function followIncident({ client, incidents, id, say, progress, wait, typed, isDone }: FollowTarget): Promise<IncidentStatus> {
  const stopLive = startLive(client, id, progress);
  let stage = '';
  const onStatus = (status: IncidentStatus): void => {
    if (status.stage === stage) return;
    stage = status.stage;
    say(`${new Date().toISOString().slice(11, 19)} ${status.phase}: ${stage}`);
    wait(stage);
  };
  const goodbye = `the incident goes on; come back with: ${typed(`status ${id}`)}`;
  try {
    return await interruptible(goodbye, async (signal) => {
      for (let missed = 1; ; missed += 1) {
        try {
          return await incidents.follow(id, isDone, { signal, onStatus });
        } catch (error) {
          if (missed === missedAnswers || !(error instanceof ProgramFailedError) || !error.retryable) throw error;
          say(`${error.message} (asking again)`);
        }
      }
    });
  } finally {
    stopLive();
  }
}
