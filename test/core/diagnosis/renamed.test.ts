/** Every recorded window, judged again under other names, at another time and in another order: what a thing is called decides nothing. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEvidence } from '../../../adapters/artifacts/evidence-folder.js';
import { judgeEvidence } from '../../../core/evidence/judge-evidence.js';
import { recordedEvidence, recordedNames, rounded } from '../../../lab/cases/record-evidence.js';

interface Content {
  manifest: Record<string, unknown>;
  documents: Record<string, unknown>;
}

type Fields = Record<string, unknown>;

/** Goes through everything, innermost first, and puts what `change` returns in the place of each object. */
function everywhere(value: unknown, change: (fields: Fields) => Fields): unknown {
  if (Array.isArray(value)) return value.map((one) => everywhere(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return change(Object.fromEntries(Object.entries(value).map(([key, one]) => [key, everywhere(one, change)])));
}

/** Frames of the service's own code: what a dependency or the runtime is called tells what it does. */
function ofService(change: (frame: { name: string; module: string; line: unknown }) => Fields): (content: Content) => Content {
  const isOwn = (module: string): boolean =>
    module !== '' && !/node_modules|site-packages|dist-packages|pkg\/mod|^node:|^<frozen|\/usr\/lib/.test(module);
  const renamed = (fields: Fields): Fields => {
    const name = fields['name'] ?? fields['frame'];
    if (typeof name !== 'string' || typeof fields['module'] !== 'string' || !('line' in fields) || !isOwn(fields['module'])) return fields;
    const { name: other = name, ...rest } = change({ name, module: fields['module'], line: fields['line'] });
    return { ...fields, ...rest, [typeof fields['name'] === 'string' ? 'name' : 'frame']: other };
  };
  return ({ manifest, documents }) => ({ manifest, documents: everywhere(documents, renamed) as Fields });
}

function inDocuments(change: (fields: Fields) => Fields): (content: Content) => Content {
  return ({ manifest, documents }) => ({ manifest, documents: everywhere(documents, change) as Fields });
}

function inText(pattern: RegExp, to: string | ((...match: (string | undefined)[]) => string)): (content: Content) => Content {
  return (content) => JSON.parse(JSON.stringify(content).replace(pattern, to as string)) as Content;
}

/** Another word for each word, the same for the same. */
function other(word: unknown): string {
  return `x${Array.from(String(word))
    .reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 0xffffffff, 7)
    .toString(36)}`;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const fileName = (module: string): string => module.split(/[/\\]/).at(-1) ?? '';

const changes: Readonly<Record<string, (content: Content) => Content>> = {
  'functions without a name': ofService(() => ({ name: '(anonymous)' })),
  'minified names': ofService(({ name, module, line }) => ({ name: other(name + module + (name === '(anonymous)' ? String(line) : '')) })),
  'names of another script': ofService(({ name, line }) => ({ name: `расчёт ${name}${name === '(anonymous)' ? String(line) : ''}` })),
  'another folder': ofService(({ module }) => ({ module: `/app/dist/${fileName(module)}` })),
  'TypeScript of a bundler': ofService(({ module }) => ({ module: `webpack:///./src/modules/${other(module)}/${fileName(module)}.ts` })),
  'paths of Windows': ofService(({ module }) => ({ module: `C:\\srv\\app\\src\\${fileName(module)}` })),
  'a prefix that a proxy takes off': ({ manifest, documents }) => ({
    manifest: { ...manifest, route: String(manifest['route']).replace(' /', ' /shop/api/') },
    documents,
  }),
  'names of databases': inText(/database (main|ledger)|"(name|database)":"(main|ledger)"/g, (_all, label, key) =>
    label === undefined ? `"${key}":"tenant_042"` : 'database tenant_042',
  ),
  'ids of statements': inText(/"queryId":"([^"]+)"/g, (_all, id) => `"queryId":"${other(id)}"`),
  'capital letters in statements': inDocuments((fields) => ({
    ...fields,
    ...(isText(fields['text']) && 'queryId' in fields ? { text: fields['text'].toUpperCase() } : {}),
    ...(isText(fields['query']) ? { query: fields['query'].toUpperCase() } : {}),
  })),
  'names of tables, columns and indexes': inDocuments((fields) => ({
    ...fields,
    ...(isText(fields['relation']) ? { relation: other(fields['relation']) } : {}),
    ...(isText(fields['column']) ? { column: other(fields['column']) } : {}),
    ...(isText(fields['index']) ? { index: other(fields['index']) } : {}),
    ...(Array.isArray(fields['columns']) ? { columns: fields['columns'].map(other) } : {}),
  })),
  'sessions without a name': inDocuments((fields) => ('applicationName' in fields ? { ...fields, applicationName: null } : fields)),
  'other ports': inText(/127\.0\.0\.1:(\d+)/g, (_all, port) => `127.0.0.2:${port}`),
  'other process ids': inText(/"pid":(\d+)/g, (_all, pid) => `"pid":${Number(pid) + 100_000}`),
  'another year': inText(/"20\d\d(-\d\d-\d\dT)/g, '"2031$1'),
  'another order': inDocuments((fields) =>
    Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [
        key,
        Array.isArray(value) &&
        ['databases', 'statements', 'peers', 'threads', 'routes', 'byStatement', 'tables', 'nodes'].includes(key) &&
        typeof value[0] === 'object'
          ? [...(value as unknown[])].reverse()
          : value,
      ]),
    ),
  ),
};

function answer({ manifest, documents }: Content): unknown {
  const evidence = { manifest, documents: new Map(Object.entries(documents)) } as unknown as Parameters<typeof judgeEvidence>[0];
  const { outcome, branch, causes, ruledOut, missingEvidence } = judgeEvidence(evidence);
  return {
    outcome,
    branch,
    causes: causes.map(({ id, share, confidence, location }) => ({
      id,
      share: rounded(share),
      confidence: rounded(confidence),
      told: Object.keys(location).sort(),
    })),
    ruledOut: ruledOut.map(({ id }) => id).sort(),
    missing: missingEvidence.map(({ id }) => id).sort(),
  };
}

const names = recordedNames();

async function recorded(name: string): Promise<Content> {
  const { manifest, documents } = await readEvidence(join(recordedEvidence(), name));
  return { manifest, documents: Object.fromEntries(documents) };
}

describe.each(names)('the recorded window %s', (name) => {
  it('gives the same answer under any other names', async () => {
    const content = await recorded(name);
    const expected = answer(content);
    const given = Object.entries(changes).map(([change, make]) => [change, answer(make(content))]);
    expect(Object.fromEntries(given)).toEqual(Object.fromEntries(Object.keys(changes).map((change) => [change, expected])));
  });
});

it.each(Object.entries(changes))('%s: are in some of the windows', async (_change, make) => {
  for (const name of names) {
    const content = await recorded(name);
    if (JSON.stringify(make(content)) !== JSON.stringify(content)) return;
  }
  expect.fail('expected a window that this changes, got none');
});
