import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCatalog } from '../../config/catalog.js';
import { causeIds } from '../../core/model/cause.js';
import { chooseNamed } from '../../lab/cases/choose-cases.js';
import { faults } from '../../lab/faults/registry.js';
import { buildLabCatalog } from '../../lab/lab-catalog.js';

const options = { shopUrl: 'http://127.0.0.1:18080', shopPort: 18080, durationMs: 20_000, warmUpMs: 3000 };

describe('the registry of faults', () => {
  it('holds every fault and control that the lab promises', () => {
    const promised = [
      ...[
        'missing-index',
        'non-sargable-predicate',
        'n-plus-one',
        'row-lock',
        'idle-in-transaction',
        'pool-exhausted',
        'row-volume',
        'hot-function',
      ],
      ...['regex-backtracking', 'serialization', 'gc-pressure', 'event-loop-blocked', 'slow-dependency'],
      ...['healthy', 'too-short', 'capacity', 'red-herring', 'profiler-denied'],
    ];
    expect(faults.map((fault) => fault.name)).toEqual(expect.arrayContaining(promised));
    expect(new Set(faults.map((fault) => fault.name)).size).toBe(faults.length);
  });

  it('holds every file of its folder', () => {
    const files = readdirSync(new URL('../../lab/faults', import.meta.url), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && file !== 'registry.ts',
    );
    const registry = readFileSync(new URL('../../lab/faults/registry.ts', import.meta.url), 'utf8');
    expect(files.filter((file) => !registry.includes(`./${file.replace(/\.ts$/, '.js')}`))).toEqual([]);
  });

  it('names the unknown fault and the known ones', () => {
    expect(() => chooseNamed(faults, ['missing-idx'])).toThrow(/expected names out of missing-index, .*; got missing-idx/);
  });
});

describe('the catalog of the lab', () => {
  it('is accepted by the product, with one endpoint for each way of calling it', () => {
    const catalog = buildLabCatalog(faults, options);
    const endpoints = Object.keys(parseCatalog(catalog.yaml, 'responder.yaml').services['shop']?.endpoints ?? {});
    expect(new Set(endpoints)).toEqual(new Set(catalog.endpointOf.values()));
  });

  it('does not let the responder see what is broken', () => {
    const { yaml } = buildLabCatalog(faults, options);
    for (const word of [...causeIds, 'fault', 'inject', 'chaos', 'n+1', 'herring']) {
      if (word !== 'capacity') expect(yaml, word).not.toContain(word);
    }
  });
});

describe('the shop', () => {
  it('has no name of a fault in what a profile, a statement or its configuration may show', () => {
    const folder = new URL('../../lab/shop/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(10);
    const telltale = /(?<!de|pre)fault|inject|chaos|n\+1|backtrack|quadratic|slow|missing.?index|hot.?function|leak|pressure/i;
    expect(files.filter((file) => telltale.test(file) || telltale.test(readFileSync(new URL(file, folder), 'utf8')))).toEqual([]);
  });
});
