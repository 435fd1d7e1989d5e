import { describe, expect, it } from 'vitest';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { summarizeProfile } from '../../../core/profile/summarize.js';
import { fixtureProfile, leavesOf, profileOf } from './profiles.js';

describe('profiles of real tools', () => {
  it.each([
    ['cpuprofile/node20.cpuprofile', 'cpuprofile', 'cpu', 'microseconds', 'sumDigits', 'application'],
    ['chrome-trace/node20-profile-chunks.json', 'chrome-trace', 'cpu', 'microseconds', 'sumDigits', 'application'],
    ['pprof/go1.26-inlined.pb.gz', 'pprof', 'cpu', 'nanoseconds', 'main.busyLoop', 'application'],
    ['perf-script/go-cpu-clock.txt', 'perf-script', 'cpu', 'nanoseconds', 'main.busyLoop', 'application'],
    ['folded/py-spy-raw.txt', 'folded', 'unknown', 'samples', 'sum_digits', 'application'],
    ['speedscope/py-spy.json', 'speedscope', 'unknown', 'seconds', 'sum_digits', 'application'],
  ])('reads %s', async (file, format, kind, unit, leader, category) => {
    const summary = summarizeProfile(await fixtureProfile(file));
    expect(summary).toMatchObject({ format, kind, unit });
    expect(summary.leaders).toContain(leader);
    expect(summary.leaves[0]).toMatchObject({ frame: leader, category });
  });

  it('reads the same whatever the sizes of the chunks are', async () => {
    const text = 'main;größe 7\r\nmain;b 3\r\n';
    const whole = leavesOf(await profileOf(text));
    for (const size of [1, 2, 3, 7]) expect(leavesOf(await profileOf(text, {}, size)), `${size} bytes`).toEqual(whole);
  });
});

describe('input that is no profile', () => {
  it.each([
    ['access-combined.log', /expected a profile .* got text that begins with "10\.0\.0\.0/],
    ['access-with-agent.log', /expected a profile/],
    ['table-comma.csv', /expected a profile/],
    ['table-semicolon.csv', /expected a profile/],
    ['customers-semicolon.csv', /expected a profile/],
    ['metrics.prom', /expected a profile/],
    ['vmstat.txt', /expected a profile/],
    ['syslog.log', /expected a profile/],
    ['random.bin', /binary data of no known format/],
    ['empty.folded', /an empty file/],
    ['differential.folded', /differential/],
    ['half-lines.folded', /line 3/],
    ['truncated.cpuprofile', /expected JSON/],
    ['truncated.heapprofile', /heapprofile: expected JSON/],
    ['no-samples.cpuprofile', /expected samples, got none/],
    ['truncated.pb.gz', /unexpected end of file/],
    ['perf.data', /perf script --no-inline/],
    ['recording.jfr', /jfr: expected version 1 or 2/],
    ['closes-out-of-order.speedscope.json', /innermost open frame/],
    ['trace-without-profile.json', /expected CPU profile events/],
  ])('refuses %s and says why', async (file, message) => {
    const error: unknown = await fixtureProfile(`broken/${file}`).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnreadableInputError);
    expect(String(error)).toMatch(message);
  });

  it('names a missing file and an unknown format', async () => {
    await expect(fixtureProfile('nothing-here')).rejects.toThrow(/ENOENT/);
    await expect(profileOf('main;a 1', { format: 'flamegraph' })).rejects.toThrow(/expected one of .*speedscope.*, got flamegraph/);
  });
});
