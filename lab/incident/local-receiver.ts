/** The pager of the demo: what the responder sends arrives here and is shown. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const messageSchema = z.looseObject({
  event: z.string(),
  incidentId: z.string(),
  severity: z.string(),
  status: z.string(),
  title: z.string(),
  text: z.string(),
  person: z.string().nullable(),
  role: z.string().nullable(),
  incidentUrl: z.string().nullable(),
  ackUrl: z.string().nullable(),
});
export type PagerMessage = z.output<typeof messageSchema>;

export interface LocalReceiver {
  origin: string;
  received: PagerMessage[];
  close: () => Promise<void>;
}

export async function startReceiver(onMessage: (message: PagerMessage) => void): Promise<LocalReceiver> {
  const received: PagerMessage[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const parsed = messageSchema.safeParse(jsonOf(Buffer.concat(chunks).toString('utf8')));
      response.statusCode = parsed.success ? 204 : 400;
      response.end();
      if (!parsed.success) return;
      received.push(parsed.data);
      onMessage(parsed.data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
