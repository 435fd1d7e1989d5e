import type { Finding, Verdict } from '../../../core/command/checks/check.js';
import { info, numberOf, redisCheck, redisCli } from './session.js';

function problemOf(fields: ReadonlyMap<string, string>): { verdict: Verdict; words: string } | null {
  if (fields.get('loading') === '1') return { verdict: 'fail', words: 'it is loading its data and answers nothing' };
  if (fields.get('rdb_last_bgsave_status') === 'err')
    return { verdict: 'fail', words: 'its last save failed; by default it then refuses writes (stop-writes-on-bgsave-error)' };
  if (fields.get('aof_last_write_status') === 'err') return { verdict: 'fail', words: 'its last write to the append-only file failed' };
  if (numberOf(fields, 'aof_delayed_fsync') > 0 && fields.get('aof_enabled') === '1')
    return { verdict: 'warn', words: `the disk held up ${numberOf(fields, 'aof_delayed_fsync')} fsyncs` };
  return null;
}

export const persistence = redisCheck(
  'redis.persistence',
  'loading, saving, and whether the last save worked',
  async (client, url): Promise<Finding> => {
    const fields = await info(client, 'persistence');
    const problem = problemOf(fields);
    const since = numberOf(fields, 'rdb_changes_since_last_save');
    const saving = fields.get('rdb_bgsave_in_progress') === '1' ? 'it is saving right now; ' : '';
    const detail = `${saving}${problem?.words ?? 'the last save worked'}; ${since} changes are not saved`;
    return {
      verdict: problem?.verdict ?? 'ok',
      value: since,
      limit: null,
      detail,
      command: redisCli(url, 'INFO persistence'),
      remedy: problem === null ? null : 'Look at its log and its disk (host.disk); free space, then BGSAVE.',
    };
  },
);
