import { spawn } from 'node:child_process';

/**
 * Runs a command line of ours on a pseudo-terminal, as somebody types it: each answer is sent when its question has appeared. Resolves with
 * the exit code and everything that the terminal was sent.
 */
export async function typeInto(
  commandLine: string,
  answers: readonly (readonly [question: string, answer: string])[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<{ code: number | null; screen: string; unasked: string[] }> {
  const child = spawn('script', ['-qefc', commandLine, '/dev/null'], {
    cwd: options.cwd,
    env: { ...process.env, TERM: 'xterm', TEMPORAL_ADDRESS: '127.0.0.1:1', NO_COLOR: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 55_000,
    killSignal: 'SIGKILL',
  });
  const open = [...answers];
  let screen = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const [next] = open;
    const shown = withoutEscapes(screen);
    const at = next === undefined ? -1 : shown.indexOf(next[0], seen);
    if (next === undefined || at < 0) return;
    // Not all that was shown: its last characters may be half of a control sequence, and gone when the other half has come.
    seen = at + next[0].length;
    open.shift();
    child.stdin.write(next[1]);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, screen: withoutEscapes(screen), unasked: open.map(([question]) => question) };
}

function withoutEscapes(text: string): string {
  return text.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, '');
}
