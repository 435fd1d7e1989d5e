import { Client, Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const beatSchema = z.array(z.looseObject({ state: z.string() }));

/** What only Temporal itself can tell or do. */
export interface TemporalView {
  /** What the running activities last reported, the same heartbeats that the Web UI shows:
   * `load: 45 % of 20 s, 58.1 rps, p95 612 ms` and so on, one line an activity. */
  lines: (incidentId: string) => Promise<string[]>;
  /** Ends an incident that waits, so that the next alert starts a new one. */
  closeIncident: (incidentId: string) => Promise<void>;
  close: () => Promise<void>;
}

export async function openTemporalView(address: string): Promise<TemporalView> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  return {
    lines: async (incidentId) => {
      const { raw } = await client.workflow.getHandle(workflowIdOf(incidentId)).describe();
      return (raw.pendingActivities ?? []).flatMap((activity) => beatLines(activity.heartbeatDetails?.payloads?.[0]?.data));
    },
    closeIncident: async (incidentId) => {
      const handle = client.workflow.getHandle(workflowIdOf(incidentId));
      if ((await handle.describe()).status.name !== 'RUNNING') return;
      await handle.signal('closeIncident', { by: 'lab', reason: 'the case is over' });
      for (let tries = 0; tries < 50; tries++) {
        if ((await handle.describe()).status.name !== 'RUNNING') return;
        await sleep(200);
      }
      await handle.terminate('the case is over');
    },
    close: () => connection.close(),
  };
}

/** An incident id is the workflow id and the tail of the run id. */
function workflowIdOf(incidentId: string): string {
  return incidentId.replace(/-[0-9a-f]{12}$/, '');
}

function beatLines(data: Uint8Array | null | undefined): string[] {
  if (data === null || data === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
    const beats = beatSchema.parse(Array.isArray(parsed) ? parsed : [parsed]);
    return beats.map(({ state, ...rest }) => {
      const facts = Object.entries(rest).map(([name, value]) => (name === 'progress' ? String(value) : `${name} ${String(value)}`));
      return `${state}: ${facts.join(', ')}`;
    });
  } catch {
    return [];
  }
}
