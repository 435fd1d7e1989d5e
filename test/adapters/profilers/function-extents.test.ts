import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readExtents } from '../../../adapters/profilers/node/function-extents.js';
import type { V8Node } from '../../../core/profile/formats/v8/v8-profile.js';

/** Every function says on which lines it begins and ends. */
const functions: Record<string, [first: number, last: number]> = {
  plain: [2, 4],
  named: [5, 7],
  arrow: [8, 8],
  bare: [9, 11],
  waiting: [12, 15],
  method: [17, 19],
  asyncMethod: [20, 22],
  generated: [23, 26],
  inner: [28, 30],
  shorthand: [35, 39],
};
const source = `#!/usr/bin/env node
exports.plain = function (a, b = () => 1) {
  return a + b();
};
exports.named = async function named(a) {
  return a;
}
exports.arrow = (a, b) => a + b;
exports.bare = a => {
  return a;
};
exports.waiting = async (a,
  { b } = {}) => {
  return a + b;
};
class Shop {
  method(a) {
    return a;
  }
  static async asyncMethod(a) {
    return a;
  }
  *generated(
    a) {
    yield a;
  }
}
function outer() { return function inner() {
  return 1;
}; }
exports.method = new Shop().method;
exports.asyncMethod = Shop.asyncMethod;
exports.generated = new Shop().generated;
exports.inner = outer();
exports.shorthand = { shorthand() {
  /* nothing */

  return 2;
} }.shorthand;
`;

const folder = await mkdtemp(join(tmpdir(), 'extents-'));
const path = join(folder, 'shop.cjs');
const url = pathToFileURL(path).href;
const session = new Session();
beforeAll(async () => {
  await writeFile(path, source);
  session.connect();
});
afterAll(async () => {
  session.disconnect();
  await rm(folder, { recursive: true, force: true });
});

const locationSchema = z.object({ lineNumber: z.number(), columnNumber: z.number() });

/** Where V8 says that a function of the file begins. */
async function callFrameOf(name: string): Promise<V8Node['callFrame']> {
  const shop: unknown = createRequire(import.meta.url)(path);
  Reflect.set(globalThis, 'extentsUnderTest', shop);
  const { result } = await session.post('Runtime.evaluate', { expression: `extentsUnderTest[${JSON.stringify(name)}]` });
  const { internalProperties = [] } = await session.post('Runtime.getProperties', { objectId: result.objectId ?? '' });
  const location = internalProperties.find((property) => property.name === '[[FunctionLocation]]')?.value?.value as unknown;
  return { functionName: name, url, ...locationSchema.parse(location) };
}

function profileWith(callFrame: V8Node['callFrame']): Parameters<typeof readExtents>[0] {
  return { nodes: [{ id: 1, callFrame }], startTime: 0, endTime: 0, samples: [], timeDeltas: [] };
}

describe('the lines of a function at the place that V8 gives', () => {
  it.each(Object.entries(functions))('%s', async (name, [startLine, endLine]) => {
    const callFrame = await callFrameOf(name);
    const extent = (await readExtents(profileWith(callFrame), null, process.version))(callFrame);
    expect(extent).toMatchObject({ startLine, endLine });
  });

  it('are those with code on them, without comments and blank lines', async () => {
    const callFrame = await callFrameOf('shorthand');
    const extent = (await readExtents(profileWith(callFrame), null, process.version))(callFrame);
    expect([35, 36, 37, 38, 39].filter((line) => extent?.holdsCode(line))).toEqual([35, 38, 39]);
  });

  it("are known of Node's own modules, where the process runs the same version of Node", async () => {
    const callFrame = { functionName: 'parserOnHeadersComplete', url: 'node:_http_common', lineNumber: 70, columnNumber: 32 };
    const profile = profileWith(callFrame);
    const extent = (await readExtents(profile, null, process.version))(callFrame);
    expect(extent?.endLine).toBeGreaterThan(extent?.startLine ?? Infinity);
    expect((await readExtents(profile, null, 'v0.1.2'))(callFrame)).toBeNull();
  });

  it.each(['type Price = number;\nexport const price = (a: Price): Price => a;\n', 'function ('])('are not told of %j', async (text) => {
    const file = join(folder, 'other.js');
    await writeFile(file, text);
    const callFrame = { functionName: 'price', url: pathToFileURL(file).href, lineNumber: 1, columnNumber: 21 };
    expect((await readExtents(profileWith(callFrame), null, process.version))(callFrame)).toBeNull();
  });
});
