import { Agent, request } from 'node:http';

/** A small closed loop of keep-alive clients against a loopback server: bounded by `stop`, never longer than a minute. */
export function startClosedLoop(options: { port: number; path: string; clients: number }): {
  completed: () => number;
  stop: () => Promise<void>;
} {
  const agent = new Agent({ keepAlive: true, maxSockets: options.clients });
  const deadline = Date.now() + 60_000;
  let [completed, isRunning] = [0, true];
  const once = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: options.port, path: options.path, agent }, (response) => {
        response.resume().on('end', resolve).on('error', reject);
      });
      outgoing.on('error', reject).end();
    });
  const client = async (): Promise<void> => {
    while (isRunning && Date.now() < deadline) {
      await once();
      completed += 1;
    }
  };
  const clients = Array.from({ length: options.clients }, client);
  const settled = Promise.allSettled(clients);
  return {
    completed: () => completed,
    stop: async () => {
      isRunning = false;
      await settled;
      agent.destroy();
    },
  };
}
