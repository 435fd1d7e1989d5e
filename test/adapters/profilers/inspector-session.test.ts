import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { openInspectorSession } from '../../../adapters/profilers/node/inspector-session.js';

let server: WebSocketServer | null = null;
afterEach(() => {
  server?.close();
});

it('a message that is no JSON is left out, and the session goes on', async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const { id } = JSON.parse(data.toString('utf8')) as { id: number };
      socket.send('{"method":"NodeTracing.dataCollected","params":{"value":[{"name":"broken');
      socket.send(JSON.stringify({ other: true }));
      socket.send(JSON.stringify({ id, result: { value: 7 } }));
    });
  });
  const session = await openInspectorSession(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  expect(await session.call('Profiler.enable')).toEqual({ value: 7 });
  session.close();
});
