import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { alertSources } from '../../../client/hook/sources/registry.js';
import { analyzeLoad } from '../../../core/load/analyze-load.js';
import { readLoad } from '../../../core/load/read-load.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { mutated, seededRandom } from '../../support/mutations.js';

const loads = new URL('../../../fixtures/loads/', import.meta.url);
const alerts = new URL('../../../fixtures/alerts/', import.meta.url);

function filesIn(folder: URL): { file: string; bytes: Buffer }[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('programs'))
    .map(({ name, parentPath }) => {
      const bytes = readFileSync(`${parentPath}/${name}`);
      // The beginning tells as much as the whole of a list of requests.
      return { file: name, bytes: (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).subarray(0, 40_000) };
    });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

it('answers every spoiled result of a load run with a result or a refusal', async () => {
  const random = seededRandom(11);
  for (const { file, bytes } of filesIn(loads)) {
    for (let round = 0; round < 12; round++) {
      const spoiled = mutated(bytes, random);
      try {
        const { verdict, latencyMs, failedRatio } = analyzeLoad(await readLoad(once(spoiled), file), { p95Ms: 250 });
        expect(['confirmed', 'not-reproduced', 'unproven']).toContain(verdict);
        for (const value of Object.values(latencyMs)) expect(value === null || Number.isFinite(value), `${file}: ${value}`).toBe(true);
        expect(failedRatio >= 0 && failedRatio <= 1, `${file}: ${failedRatio}`).toBe(true);
      } catch (error) {
        if (!(error instanceof UnreadableInputError)) throw new Error(`${file}, round ${round}: ${String(error)}`, { cause: error });
      }
    }
  }
});

it('answers every spoiled delivery with alerts or with what was expected', () => {
  const random = seededRandom(12);
  for (const { file, bytes } of filesIn(alerts)) {
    for (let round = 0; round < 60; round++) {
      const body = parsed(mutated(bytes, random));
      for (const source of alertSources) {
        const read = source.read(body);
        if (!read.ok) expect(`${read.expected}${read.came}`.length, `${file} to ${source.name}`).toBeGreaterThan(20);
        else
          for (const { status, title, labels } of read.alerts)
            expect([['firing', 'resolved'].includes(status), typeof title, typeof labels]).toEqual([true, 'string', 'object']);
      }
    }
  }
});

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
