/** Every payload of a history, decoded and as text: what a workflow was told, knows and has answered. */
import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';

function isPayload(value: object): value is Payload {
  return 'metadata' in value && 'data' in value && value.data instanceof Uint8Array;
}

function payloadsIn(value: unknown): Payload[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  if (isPayload(value)) return [value];
  return Object.values(value).flatMap(payloadsIn);
}

/** One text for all of a history's payloads, decoded with the client's own codecs. */
export async function historyText(client: Client, workflowId: string, runId: string): Promise<string> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  let payloads = payloadsIn(history.events);
  for (const codec of client.options.loadedDataConverter.payloadCodecs.toReversed()) payloads = await codec.decode(payloads);
  return payloads.map(({ data }) => Buffer.from(data ?? []).toString('utf8')).join('\n');
}
