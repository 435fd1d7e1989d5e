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

/** As the client's own codecs decode them: what `describe` and `fetchHistory` give is as the server has it. */
export async function decodePayloads(client: Client, payloads: readonly Payload[]): Promise<Payload[]> {
  let decoded = [...payloads];
  for (const codec of client.options.loadedDataConverter.payloadCodecs.toReversed()) decoded = await codec.decode(decoded);
  return decoded;
}

/** One text for all of a history's payloads, decoded with the client's own codecs. */
export async function historyText(client: Client, workflowId: string, runId: string): Promise<string> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const payloads = await decodePayloads(client, payloadsIn(history.events));
  return payloads.map(({ data }) => Buffer.from(data ?? []).toString('utf8')).join('\n');
}
