import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSourceMaps, urlsOf } from '../../../adapters/profilers/node/source-maps.js';
import type { V8Profile } from '../../../core/profile/formats/v8/v8-profile.js';
import { toSources } from '../../../core/profile/source-positions.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-maps-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const urlOf = (name: string): string => pathToFileURL(join(folder, name)).href;

function profileOf(functionName: string, url: string, columnNumber: number, ticks: number[] = []): V8Profile {
  const positionTicks = ticks.map((line) => ({ line, ticks: 5 }));
  return {
    nodes: [{ id: 1, callFrame: { functionName, url, lineNumber: 0, columnNumber }, positionTicks }],
    startTime: 0,
    endTime: 1,
    samples: [],
    timeDeltas: [],
  };
}

/** One line, `a` at column 9: it was `exposure` on line 5 of ../src/risk.ts. */
const bundle = 'function a(b){return b}';
const map = { version: 3, file: 'app.js', sources: ['../src/risk.ts'], names: ['exposure'], mappings: 'SAIgBA' };

describe('the sources behind compiled code', () => {
  it('give a minified function its name, its file and its line back', async () => {
    await writeFile(join(folder, 'app.js'), `${bundle}\n//# sourceMappingURL=app.js.map\n`);
    await writeFile(join(folder, 'app.js.map'), JSON.stringify(map));
    const profile = profileOf('a', urlOf('app.js'), 10);
    const told = toSources(profile, [], await readSourceMaps(urlsOf(profile), null));
    expect(told.profile.nodes[0]?.callFrame).toMatchObject({
      functionName: 'exposure',
      url: new URL('../src/risk.ts', urlOf('app.js')).href,
      lineNumber: 4,
    });
  });

  it('leave a function its own name where the word before it is of another', async () => {
    await writeFile(join(folder, 'app.js'), `${bundle}\n//# sourceMappingURL=app.js.map\n`);
    await writeFile(join(folder, 'app.js.map'), JSON.stringify(map));
    const profile = profileOf('later', urlOf('app.js'), 20);
    const told = toSources(profile, [], await readSourceMaps(urlsOf(profile), null));
    expect(told.profile.nodes[0]?.callFrame).toMatchObject({ functionName: 'later', lineNumber: 4 });
  });

  it('take the text of a function on a packed line along', async () => {
    const packed = `${bundle};${'var filler=1;'.repeat(40)}`;
    await writeFile(join(folder, 'app.js'), `${packed}\n//# sourceMappingURL=app.js.map\n`);
    await writeFile(join(folder, 'app.js.map'), JSON.stringify(map));
    const profile = profileOf('a', urlOf('app.js'), 10, [1]);
    const hot = { module: urlOf('app.js'), line: 1, text: '(b){return b}', functionName: 'a' };
    const told = toSources(profile, [hot], await readSourceMaps(urlsOf(profile), null));
    const written = new URL('../src/risk.ts', urlOf('app.js')).href;
    expect(told.hotLines).toEqual([{ ...hot, module: written, line: 5, functionName: 'exposure' }]);
    expect(told.profile.nodes[0]?.positionTicks).toEqual([{ line: 5, ticks: 5 }]);
  });

  it('tell the hot lines of code that was compiled line by line, from a map inside the file', async () => {
    const source = 'interface Row { id: number }\n\nexport function pack(rows: Row[]): string {\n  return JSON.stringify(rows);\n}\n';
    const { outputText } = ts.transpileModule(source, {
      fileName: 'pack.ts',
      compilerOptions: { inlineSourceMap: true, target: ts.ScriptTarget.ES2022 },
    });
    await writeFile(join(folder, 'pack.js'), outputText);
    const profile = profileOf('pack', urlOf('pack.js'), 20, [2]);
    const hot = { module: urlOf('pack.js'), line: 2, text: 'return JSON.stringify(rows);' };
    const told = toSources(profile, [hot], await readSourceMaps(urlsOf(profile), null));
    expect(told.hotLines).toEqual([{ ...hot, module: urlOf('pack.ts'), line: 4 }]);
    expect(told.profile.nodes[0]).toMatchObject({
      callFrame: { url: urlOf('pack.ts'), lineNumber: 2 },
      positionTicks: [{ line: 4, ticks: 5 }],
    });
  });

  it.each([
    ['no map', bundle],
    ['a map that is not there', `${bundle}\n//# sourceMappingURL=gone.js.map`],
    ['a map that is none', `${bundle}\n//# sourceMappingURL=data:application/json;base64,e30=`],
    ['a map of another host', `${bundle}\n//# sourceMappingURL=https://maps.example/app.js.map`],
  ])('change nothing with %s', async (_case, code) => {
    await writeFile(join(folder, 'app.js'), code);
    const profile = profileOf('a', urlOf('app.js'), 10, [1]);
    expect(toSources(profile, [], await readSourceMaps(urlsOf(profile), null)).profile).toEqual(profile);
  });
});
