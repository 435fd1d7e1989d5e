import { describe, expect, it } from 'vitest';
import { standingSites } from '../../../core/profile/standing.js';
import type { StackProfile } from '../../../core/profile/stack-profile.js';
import { profileOf } from './profiles.js';

const frames = {
  thread: { name: '_bootstrap', file: '/usr/lib/python3.11/threading.py', line: 1002 },
  queue: { name: 'wait', file: '/usr/lib/python3.11/threading.py', line: 320 },
  handler: { name: 'reserve', file: '/srv/seats/app.py', line: 12 },
  lock: { name: 'refresh', file: '/srv/seats/stock.py', line: 8 },
  script: { name: '<module>', file: '/srv/seats/app.py', line: 40 },
  loop: { name: '_run_once', file: '/usr/lib/python3.11/asyncio/base_events.py', line: 1904 },
  select: { name: 'select', file: '/usr/lib/python3.11/selectors.py', line: 468 },
  get: { name: 'get', file: '/srv/venv/lib/python3.11/site-packages/requests/api.py', line: 73 },
} as const;

/** What py-spy writes of looks at one thread: every sample counts a tenth of a second. */
function looksAt(stacks: (keyof typeof frames)[][]): Promise<StackProfile> {
  const names = Object.keys(frames) as (keyof typeof frames)[];
  const samples = stacks.map((stack) => stack.map((frame) => names.indexOf(frame)));
  const sampled = { type: 'sampled', name: 'thread', unit: 'seconds', startValue: 0, endValue: samples.length / 10, samples };
  const file = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames: names.map((name) => frames[name]) },
    profiles: [{ ...sampled, weights: samples.map(() => 0.1) }],
  };
  return profileOf(JSON.stringify(file), { kind: 'wall' });
}

describe('where threads stand', () => {
  it('is the innermost line of the application, with what it had called there, and how many stood there at a look', async () => {
    const first = await looksAt([
      ['thread', 'handler', 'lock'],
      ['thread', 'handler', 'lock'],
      ['thread', 'handler', 'get'],
      ['thread', 'queue'],
    ]);
    const second = await looksAt(Array.from({ length: 4 }, () => ['thread', 'handler', 'lock']));
    const sites = standingSites([first, second], 0.4).map(({ frame, called, standing, isInLoop }) => [
      frame.name,
      frame.line,
      called?.name,
      Number(standing.toFixed(2)),
      isInLoop,
    ]);
    expect(sites).toEqual([
      ['refresh', 8, undefined, 1.5, false],
      ['reserve', 12, 'get', 0.25, false],
    ]);
  });

  it('is nowhere for a program that stands in its server, and in the loop for code that the loop runs', async () => {
    const profile = await looksAt([
      ['script', 'loop', 'select'],
      ['script', 'loop', 'handler', 'get'],
    ]);
    const sites = standingSites([profile], 0.2);
    expect(sites.map(({ frame, called, standing, isInLoop }) => [frame.name, called?.name, standing, isInLoop])).toEqual([
      ['reserve', 'get', 0.5, true],
    ]);
  });
});
