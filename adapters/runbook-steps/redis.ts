import { createKeptOutput } from '../redaction/kept-output.js';
import { dropKeys, findKeys, keyPattern } from './redis-keys.js';
import { connectRedis, RedisError, type RedisConnection, type Reply } from './redis-protocol.js';
import { joinWords } from '../../core/command/runbook/split-words.js';
import { noAnswer, type StepContext, type StepEnding } from './step-context.js';
import { argv, commandCell, databaseKey } from './step-keys.js';
import { acting, type ActionOf } from './step-kind.js';

const keys = { database: databaseKey, run: argv('[PING]') };

type RedisAction = ActionOf<typeof keys>;

/** Commands that stop the server or the world with it; a runbook has better ways. */
const refused = ['KEYS', 'FLUSHALL', 'FLUSHDB', 'SHUTDOWN', 'DEBUG', 'MONITOR', 'EVAL', 'SUBSCRIBE', 'PSUBSCRIBE', 'REPLICAOF', 'SLAVEOF'];

function shown(reply: Reply): string {
  if (reply === null) return '(nil)';
  if (Array.isArray(reply)) return reply.map(shown).join('\n');
  return reply instanceof RedisError ? reply.message : String(reply);
}

function secretsOf(address: string): string[] {
  const { password } = new URL(address);
  return password === '' ? [address] : [address, password, decodeURIComponent(password)];
}

async function withConnection(
  { database }: RedisAction,
  context: StepContext,
  work: (connection: RedisConnection) => Promise<string>,
): Promise<StepEnding> {
  const { kind, url } = context.access.database(database, context.service, 'write');
  if (kind !== 'redis') return { kind: 'not-begun', why: `expected a database of kind redis, got ${database} of kind ${kind}` };
  context.secrets.push(...secretsOf(url));
  let connection: RedisConnection;
  try {
    connection = await connectRedis(url, context.signal);
  } catch (error) {
    return { kind: 'not-begun', why: `redis ${database}: ${error instanceof Error ? error.message : String(error)}` };
  }
  try {
    const kept = createKeptOutput(context.secrets);
    kept.write(await work(connection));
    const stdout = kept.end();
    return { kind: 'ended', answer: { ...noAnswer, exit: 0, stdout, value: stdout.split('\n')[0] ?? '' } };
  } catch (error) {
    if (error instanceof RedisError) return { kind: 'ended', answer: { ...noAnswer, exit: 1, stderr: error.message } };
    const why = context.signal.aborted ? `timed out: no answer in ${context.timeoutMs / 1000} s` : 'the connection was lost';
    return { kind: 'unclear', why, stdout: '' };
  } finally {
    connection.close();
  }
}

function run(action: RedisAction, context: StepContext): Promise<StepEnding> {
  const [name = '', ...rest] = action.run;
  const command = name.toUpperCase();
  if (refused.includes(command))
    return Promise.resolve({
      kind: 'not-begun',
      why: `${command} is not for runbooks; DROPKEYS <prefix> <limit> removes keys in small batches`,
    });
  if (command === 'DROPKEYS' || command === 'COUNTKEYS') {
    const order = keyPattern(rest);
    if (typeof order === 'string') return Promise.resolve({ kind: 'not-begun', why: order });
    return withConnection(action, context, async (connection) => {
      if (command === 'COUNTKEYS') return String((await findKeys(connection, order, context.signal)).length);
      const dropped = await dropKeys(connection, order, context.signal);
      return `${dropped}\nremoved ${dropped} keys that begin with ${order.prefix}; this cannot be undone`;
    });
  }
  return withConnection(action, context, async (connection) => {
    const reply = await connection.send(action.run);
    if (reply instanceof RedisError) throw reply;
    return shown(reply);
  });
}

/** Names what would be removed, without removing it. */
async function simulate(action: RedisAction, context: StepContext): Promise<string> {
  const [name = '', ...rest] = action.run;
  const order = keyPattern(rest);
  if (name.toUpperCase() !== 'DROPKEYS' || typeof order === 'string') return 'not simulated: this command cannot be tried without doing it';
  const ending = await withConnection(action, context, async (connection) => {
    const keys = await findKeys(connection, order, context.signal);
    const samples = await Promise.all(
      keys.slice(0, 20).map(async (key) => `${key} (time to live ${shown(await connection.send(['TTL', key]))} s)`),
    );
    return [`would remove ${keys.length}${keys.length === order.limit ? ' (the limit)' : ''} keys; there is no rollback`, ...samples].join(
      '\n',
    );
  });
  if (ending.kind === 'ended') return ending.answer.stdout || ending.answer.stderr;
  return ending.why;
}

export const redis = acting({
  kind: 'redis',
  keys,
  describe: ({ database, run: words }) => `redis ${database}: ${joinWords(words)}`,
  readCell: commandCell('redis-cli'),
  databaseOf: ({ database }) => database,
  run,
  simulate,
});
