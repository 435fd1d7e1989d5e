import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { notifiers, personalNotifiers } from '../../adapters/notifiers/registry.js';
import { runbookRemedies } from '../../adapters/remedies/by-runbook.js';
import { remedies } from '../../adapters/remedies/registry.js';
import { alertSources } from '../../client/hook/sources/registry.js';
import { parseCatalog } from '../../config/catalog.js';
import { byKind, durationMs } from '../../config/catalog-fields.js';
import { keysOf } from '../../config/catalog/fragment.js';
import { fragments } from '../../config/catalog/registry.js';

const endpoints = 'endpoints: { b: { url: "http://127.0.0.1/" } }';

function problemOf(service: string): string {
  try {
    parseCatalog(`version: 1\nservices: { a: { ${service}, ${endpoints} } }`, 'r.yaml');
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('the catalog', () => {
  it('accepts every registered remedy and alert source, and names them when another one is asked for', () => {
    const kinds = [...remedies, ...runbookRemedies].map(({ kind }) => kind);
    expect(problemOf(`remedies: [${kinds.join(', ')}]`)).toBe('');
    expect(problemOf('remedies: [reboot-everything]')).toContain(`expected one of ${kinds.join(', ')}, got "reboot-everything"`);
    const sources = alertSources.map(({ name }) => `${name}: { bearer: { env: A } }`).join(', ');
    expect(() => parseCatalog(`version: 1\nhook: { sources: { ${sources} } }\nservices: { a: { ${endpoints} } }`, 'r.yaml')).not.toThrow();
  });

  it('names the notifiers there are, and the fields of the one that was meant', () => {
    const kinds = personalNotifiers.map(({ kind }) => kind).join(', ');
    const fields = Object.keys(notifiers.find(({ kind }) => kind === 'webhook')?.fields ?? {}).join(', ');
    const written = kinds.includes(',') ? `one of ${kinds}` : `"${kinds}"`;
    expect(problemOf('notify: [{ kind: pigeon, url: x }]')).toContain(`notify[0].kind: expected ${written}, got "pigeon"`);
    expect(problemOf('notify: [{ kind: webhook, url: x, loud: true }]')).toContain(
      `notify[0].loud: expected one of the keys kind, ${fields}, got the unknown key "loud"; remove it`,
    );
    expect(problemOf('notify: [7]')).toContain(`notify[0]: expected a mapping with the key kind, one of ${kinds}, got 7`);
  });

  it('does not promise what does not exist', () => {
    expect(problemOf('databases: { main: { kind: postgres, connection: { env: A }, safeCopy: { env: B } } }')).toContain(
      'unknown key "safeCopy"',
    );
  });
});

describe('fragments', () => {
  it('are composed key by key, and two may not bring the same one', () => {
    const one = { service: { grace: durationMs('grace', 0, 1000, '1s').optional() } };
    expect(Object.keys(keysOf([...fragments, one], 'service'))).toEqual(expect.arrayContaining(['environment', 'notify', 'grace']));
    expect(() => keysOf([one, one], 'service')).toThrow('the catalog key grace is in two fragments');
  });
});

describe('members told apart by kind', () => {
  it('read their own fields', () => {
    const schema = byKind([
      { kind: 'bell', fields: { tone: z.enum(['high', 'low']) } },
      { kind: 'lamp', fields: { watts: z.number() } },
    ]);
    expect(schema.parse({ kind: 'lamp', watts: 40 })).toEqual({ kind: 'lamp', watts: 40 });
    expect(schema.safeParse({ kind: 'lamp', tone: 'high' }).error?.issues.map(({ path }) => path)).toEqual([['watts'], []]);
  });
});
