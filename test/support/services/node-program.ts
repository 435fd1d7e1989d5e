import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface NodeProgram {
  pid: number;
  port: number;
  child: ChildProcess;
  stop: () => Promise<void>;
}

/** Runs a small server program in its own process. The program must print its port as the first line. */
export async function startNodeProgram(
  source: string,
  nodeArguments: string[] = [],
  programArguments: string[] = [],
): Promise<NodeProgram> {
  const child = spawn(process.execPath, [...nodeArguments, '-e', source, ...programArguments], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString().trim())));
    child.once('exit', (code) => reject(new Error(`the program ended with ${String(code)} before it listened`)));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the program has no process id');
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { pid, port, child, stop };
}
