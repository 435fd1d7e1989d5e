import { describe, expect, it } from 'vitest';
import { UnreadableInputError } from '../../../../core/model/errors.js';
import { fixtureProfile, profileOf } from '../profiles.js';

const refusal = async (reading: Promise<unknown>): Promise<string> => {
  const error: unknown = await reading.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UnreadableInputError);
  return String(error);
};

describe('files that are known and not read', () => {
  it.each([
    ['go1.26-trace.out', /Go execution trace.*go tool trace -pprof=sched/],
    ['heap-debug1.txt', /debug=1.*without `\?debug=1`/],
    ['ap-flat.txt', /traces output.*asprof -o collapsed/],
    ['async-profiler-tree.html', /tree page.*asprof -o collapsed/],
    ['memray.bin', /memray capture.*memray stats --json/],
    ['pyinstrument.txt', /report of pyinstrument.*-r speedscope/],
    ['cprofile-text.txt', /printed cProfile.*cProfile -o/],
    ['massif.out', /massif.*ms_print/],
    ['dhat.out', /DHAT.*dh_view/],
  ])('%s is refused by its name, with what to do', async (file, message) => {
    expect(await refusal(fixtureProfile(`foreign/${file}`))).toMatch(message);
  });

  it.each([
    ['Full thread dump OpenJDK 64-Bit Server VM (17.0.1):\n\n"main" #1 prio=5\n', /thread dump of a JVM.*asprof -e wall/],
    ['{"snapshot":{"meta":{"node_fields":["type"]},"node_count":1},"nodes":[]}', /V8 heap snapshot.*--heap-prof/],
    ['{"metrics":{"http_reqs":{"values":{"count":1}}},"root_group":{}}', /k6 result.*analyze load/],
    ['[{"Plan":{"Node Type":"Seq Scan"}}]', /query plan.*analyze plan/],
    ['{"log":{"version":"1.2","creator":{"name":"x"},"entries":[]}}', /HAR/],
    ['Nettrace\u0014\u0000\u0000\u0000!FastSerialization.1', /dotnet-trace convert --format Speedscope/],
    ['Mon Jan 1 12:00 2026 Time and Allocation Profiling Report  (Final)\n', /GHC.*inferno-collapse-ghcprof/],
    ["# Total Lost Samples: 0\n#\n# Samples: 4K of event 'cycles'\n# Overhead  Command\n", /perf report.*perf script/],
    ['{"main()==>load":{"ct":1,"wt":12},"main()":{"ct":1,"wt":20}}', /XHProf/],
    ['\u007fELF\u0002\u0001', /ELF.*perf record/],
    ['<!DOCTYPE html><html><head><title>memray</title></head><body></body></html>', /page made for reading.*folded/],
  ])('%s is refused by its name', async (text, message) => {
    expect(await refusal(profileOf(text))).toMatch(message);
  });
});

describe('JSON that nobody knows', () => {
  it('is named by its keys, never as a broken file of some format', async () => {
    expect(await refusal(profileOf('{"name":"shop","version":"1.0.0","scripts":{}}'))).toMatch(
      /JSON of no known format \(keys name, version, scripts\)/,
    );
    expect(await refusal(profileOf('[{"id":1,"total":2}]'))).toMatch(/JSON of no known format \(keys \[\]\.id, \[\]\.total\)/);
    expect(await refusal(fixtureProfile('samples/json-over-1mb-other.json.gz'))).toMatch(
      /JSON of no known format \(keys meta, libs, threads\)/,
    );
  });

  it('does not hide a profile behind two megabytes of other keys', async () => {
    const long = JSON.stringify(Array.from({ length: 40_000 }, (_, index) => ({ id: index, text: 'a source map of the application' })));
    const profile = await profileOf(
      `{"sources":${long},"flamebearer":{"names":["total","hot"],"levels":[[0,10,0,0],[0,10,10,1]],"numTicks":10}}`,
    );
    expect([profile.format, profile.total]).toEqual(['flamebearer', 10]);
  });
});
