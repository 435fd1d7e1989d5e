/** Evidence of a service whose every secret ended up somewhere: none of them is in what is exported. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readEvidence, writeEvidenceArchive } from '../../../adapters/artifacts/evidence-folder.js';
import { catalogSecrets } from '../../../config/catalog-secrets.js';
import { parseCatalog } from '../../../config/catalog.js';
import { judgement } from '../../../core/diagnosis/judgement.js';
import { judgeEvidence } from '../../../core/evidence/judge-evidence.js';
import { redactEvidence, type EvidenceContent } from '../../../core/evidence/redact.js';
import type { DatabaseObservation, QueryScan } from '../../../core/model/database.js';
import { pinnedAnswer, recordedEvidence } from '../../../lab/cases/record-evidence.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redact-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** By what they are; all of them must be gone. */
const secrets = {
  'password of the database': 'p4ss%2Fw0rd',
  'the same, decoded': 'p4ss/w0rd',
  'host of the database': 'pg-7.internal.example',
  'token in a file': 'tok-from-a-file-81',
  'token in a header': 'hdr-5f3a9c',
  'header written out': 'X9-tenant-4711',
  'value of a body': 'ada.lovelace@example.org',
  'host of a webhook': 'hooks.chat.example',
  'token of a webhook': 'T0K3N-webhook',
  'query of the address': 'k3y-of-the-query',
  'bearer of the hook': 'alert-bearer-77',
  'value in a statement': 'Mrs Robinson',
  'value in a plan': 'AB-123456',
  'value in a message': 'weird-value-9',
  'web token nobody told us of': 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdef',
};

async function catalogOfTheFixture() {
  await writeFile(join(folder, 'token'), `${secrets['token in a file']}\n`);
  vi.stubEnv(
    'TEST_REDACT_DATABASE',
    `postgres://app:${secrets['password of the database']}@${secrets['host of the database']}:5432/shop?sslmode=require`,
  );
  vi.stubEnv('TEST_REDACT_HEADER', `Bearer ${secrets['token in a header']}`);
  vi.stubEnv('TEST_REDACT_HOOK', secrets['bearer of the hook']);
  const text = `
version: 1
hook: { sources: { generic: { bearer: { env: TEST_REDACT_HOOK } } } }
services:
  shop:
    process: { port: 8080 }
    databases: { main: { kind: postgres, connection: { env: TEST_REDACT_DATABASE } } }
    notify: [{ kind: webhook, url: "https://${secrets['host of a webhook']}/x?token=${secrets['token of a webhook']}" }]
    endpoints:
      orders:
        url: "http://127.0.0.1:8080/orders?key=${secrets['query of the address']}"
        method: POST
        headers:
          authorization: { env: TEST_REDACT_HEADER }
          x-file: { file: token }
          x-tenant: ${secrets['header written out']}
          accept: application/json
        body: { customer: "${secrets['value of a body']}", status: open }
        budgets: { p95Ms: 100 }
        load: { vus: 5 }
  unset:
    databases: { main: { kind: postgres, connection: { env: TEST_REDACT_NOT_SET } } }
    endpoints: { x: { url: "http://127.0.0.1:8081/", budgets: { p95Ms: 100 }, load: { vus: 5 } } }
`;
  return parseCatalog(text, join(folder, 'responder.yaml'));
}

/** A recorded window into whose every text that could hold one a secret was put. */
async function spoiled(): Promise<EvidenceContent> {
  const { manifest, documents } = await readEvidence(join(recordedEvidence(), 'missing-index'));
  const everything = Object.values(secrets).join(' ');
  const row = (id: string) => ({ id, what: 'something', why: `getaddrinfo failed: ${everything}`, remedy: 'look' });
  const databases = documents.get('databases.json') as DatabaseObservation[];
  const scans = documents.get('query-scan.json') as QueryScan[];
  const session = { pid: 1, level: 0, state: null, wait: null, transactionAgeMs: null, stateAgeMs: null, waitingFor: null, relation: null };
  const blocker = {
    ...session,
    ...{ applicationName: 'app', lockMode: null, backendType: null },
    query: `UPDATE t SET name = '${secrets['value in a statement']}'`,
  };
  const spoiledDatabases = databases.map((database) => ({
    ...database,
    blocking: [{ root: blocker, waiters: [blocker], blockedMean: 0, blockedMax: 0, ticksSeen: 1 }],
    statements: (database.statements ?? []).map((one) => ({ ...one, text: `${one.text} /* ${everything} */ -- '${everything}'` })),
    missing: [...database.missing, { ...row('x'), why: `invalid input syntax for type integer: "${secrets['value in a message']}"` }],
  }));
  const spoiledScans = scans.map((scan) => ({
    ...scan,
    statements: scan.statements.map((one) => ({
      ...one,
      rawPlan: `{"Filter": "(code = '${secrets['value in a plan']}')"}`,
      planNote: `failed: invalid input syntax for type uuid: "${secrets['value in a plan']}"`,
      plan: one.plan && {
        ...one.plan,
        nodes: one.plan.nodes.map((node) => ({
          ...node,
          filter: node.filter === null ? null : `(code = '${secrets['value in a plan']}')`,
        })),
        findings: one.plan.findings.map((finding) => ({ ...finding, text: `reads rows by (code = '${secrets['value in a plan']}').` })),
      },
    })),
  }));
  return {
    manifest: {
      ...manifest,
      symptom: { metric: 'p95', value: 900, text: 'p95 900ms' },
      load: {
        ...manifest.load,
        errors: { [`Post "http://x/?q=${secrets['query of the address']}": ${secrets['host of the database']}`]: 0 },
      },
      captures: manifest.captures.map((capture) => ({ ...capture, missing: [row(`gap-${capture.kind}`)] })),
    },
    documents: new Map([...documents, ['databases.json', spoiledDatabases], ['query-scan.json', spoiledScans]]),
  };
}

it('exports an archive in which no secret of the fixture can be found', async () => {
  const known = catalogSecrets(await catalogOfTheFixture());
  const file = join(folder, 'incident.tar.gz');
  await writeEvidenceArchive(file, redactEvidence(await spoiled(), known));
  const bytes = gunzipSync(await readFile(file)).toString('utf8');
  // Of a value that nobody told us of, only the places where values stand can be cleaned; free text is searched for what is known or looks like a credential.
  const everywhere = Object.entries(secrets).filter(([what]) => !/in a (statement|plan|message)/.test(what));
  for (const [what, secret] of everywhere) expect(bytes.includes(secret), what).toBe(false);
  expect(bytes).toContain('redacted-host-1');
  expect(known.unread).toEqual(['environment variable TEST_REDACT_NOT_SET']);
});

it('takes the values out of statements, plans and messages of the server', async () => {
  const { documents } = redactEvidence(await spoiled(), { texts: [], hosts: [] });
  const text = JSON.stringify([documents.get('databases.json'), documents.get('query-scan.json')]);
  for (const what of ['value in a statement', 'value in a plan', 'value in a message'] as const)
    expect(text.includes(secrets[what]), what).toBe(false);
});

it('leaves the answer as it was', async () => {
  const content = await spoiled();
  const known = catalogSecrets(await catalogOfTheFixture());
  const judged = (one: EvidenceContent) => {
    const { causes, ...answer } = pinnedAnswer(judgeEvidence(one, judgement));
    return {
      ...answer,
      causes: causes.map(({ id, share, confidence, location }) => ({ id, share, confidence, relation: location.relation })),
    };
  };
  expect(judged(redactEvidence(content, known))).toEqual(judged(content));
});

it('keeps the words of the trade that a header or a body holds', async () => {
  const { texts } = catalogSecrets(await catalogOfTheFixture());
  expect(texts).not.toContain('application/json');
  expect(texts).not.toContain('open');
  expect(texts).not.toContain('require');
});
