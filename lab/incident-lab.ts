import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { alertmanagerPayload, type FiringAlert } from './alertmanager-payload.js';
import { startProgram } from './stack/child-program.js';
import { projectRoot } from './program-path.js';
import {
  alertAnswerSchema,
  devReadySchema,
  rerunSchema,
  statusSchema,
  triageDocumentSchema,
  type RerunDocument,
  type StatusDocument,
  type TriageDocument,
} from './cases/triage-document.js';

export interface IncidentLabOptions {
  catalogFile: string;
  /** Holds the server's database and the artifacts; removed by the caller. */
  dataDir: string;
  /** Added to the environment: what the catalog's `{ env: NAME }` name, and where the tools are. */
  environment: Record<string, string>;
  onLine?: (line: string) => void;
}

/** The product as an operator has it: Temporal, worker and hook of `perf-responder dev`, driven over HTTP and the command line only. */
export interface IncidentLab {
  address: string;
  ui: string | null;
  hook: string;
  postAlert: (alert: FiringAlert) => Promise<string>;
  /** Tells of a deploy or the like, as CI does. */
  postChange: (change: Record<string, string>) => Promise<void>;
  /** Runs one command of the product's command line against this server; gives what it printed. */
  cli: (command: string[]) => Promise<string>;
  status: (incidentId: string) => Promise<StatusDocument>;
  /** Polls until the report is ready or the incident ended. */
  follow: (incidentId: string, withinMs: number, onStatus?: (status: StatusDocument) => void | Promise<void>) => Promise<StatusDocument>;
  triage: (incidentId: string) => Promise<TriageDocument>;
  report: (incidentId: string, format: 'md' | 'html') => Promise<string>;
  rerun: (incidentId: string) => Promise<RerunDocument>;
  /** Exports the evidence of an incident as an operator would. */
  exportEvidence: (incidentId: string, file: string) => Promise<void>;
  /** What `dev` said last. */
  lastWords: () => string;
  stop: () => Promise<void>;
}

const settledPhases = new Set(['waiting', 'ended']);

export async function startIncidentLab(options: IncidentLabOptions): Promise<IncidentLab> {
  const cli = join(projectRoot(), 'bin', 'perf-responder.js');
  const ports = ['--temporal-port', '0', '--ui-port', '0', '--hook-port', '0'];
  const dev = await startProgram(cli, ['dev', '--catalog', options.catalogFile, ...ports, '--data', options.dataDir, '--json'], {
    readyWithinMs: 90_000,
    environment: options.environment,
    ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
  });
  const parsed = devReadySchema.safeParse(dev.ready);
  if (!parsed.success) {
    await dev.stop();
    throw new Error(`perf-responder dev did not start: ${JSON.stringify(dev.ready)} ${dev.lastWords().trim()}`);
  }
  const ready = parsed.data;
  const get = async (path: string) => await getText(`${ready.hook}${path}`, ready.hookToken);
  const status = async (id: string) => statusSchema.parse(JSON.parse(await get(`/incidents/${encodeURIComponent(id)}`)));
  return {
    address: ready.address,
    ui: ready.ui ?? null,
    hook: ready.hook,
    postAlert: async (alert) => await postAlert(ready.hook, ready.hookToken, alert),
    postChange: async (change) => {
      await post(`${ready.hook}/changes`, ready.hookToken, change);
    },
    cli: (command) =>
      runCli(cli, [...command, '--catalog', options.catalogFile, '--address', ready.address, '--data', options.dataDir], options),
    status,
    follow: async (id, withinMs, onStatus) => await followUntilSettled(() => status(id), withinMs, onStatus),
    triage: async (id) =>
      triageDocumentSchema.parse(incidentOf(JSON.parse(await onceThere(() => get(`/incidents/${encodeURIComponent(id)}/report.json`))))),
    report: async (id, format) => await get(`/incidents/${encodeURIComponent(id)}/report.${format}`),
    rerun: async (id) =>
      rerunSchema.parse(
        JSON.parse(await runCli(cli, ['rerun', id, '--json', '--catalog', options.catalogFile, '--address', ready.address], options)),
      ),
    exportEvidence: async (id, file) => {
      const where = ['--catalog', options.catalogFile, '--address', ready.address, '--data', options.dataDir];
      await runCli(cli, ['evidence', id, '--out', file, '--json', ...where], options);
    },
    lastWords: dev.lastWords,
    stop: async () => {
      await dev.stop(20_000);
    },
  };
}

/** An incident that is ending just now is found neither among the open ones nor among those that ended, for as long as the server's index takes. */
const indexedWithinMs = 30_000;

async function onceThere(read: () => Promise<string>): Promise<string> {
  const deadline = Date.now() + indexedWithinMs;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!String(error).includes('answered 404') || Date.now() > deadline) throw error;
    }
    await sleep(500);
  }
}

const wrappedSchema = z.looseObject({ incident: z.unknown() });

/** The JSON report is the triage document, bare or beside the evidence that the report shows. */
function incidentOf(report: unknown): unknown {
  const wrapped = wrappedSchema.safeParse(report);
  return wrapped.success && typeof wrapped.data.incident === 'object' ? wrapped.data.incident : report;
}

function headersOf(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function getText(url: string, token: string | undefined): Promise<string> {
  const response = await fetch(url, { headers: headersOf(token), signal: AbortSignal.timeout(15_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${new URL(url).pathname} answered ${response.status}: ${text.slice(0, 500)}`);
  return text;
}

async function postAlert(hook: string, token: string | undefined, alert: FiringAlert): Promise<string> {
  const text = await post(`${hook}/alerts/alertmanager`, token, alertmanagerPayload(alert));
  const { incidents } = alertAnswerSchema.parse(JSON.parse(text));
  const incident = incidents[0];
  if (incident === undefined) throw new Error(`the hook started nothing: ${text.slice(0, 500)}`);
  return incident.incidentId;
}

/** What the hook accepts it answers with 202. */
async function post(url: string, token: string | undefined, body: unknown): Promise<string> {
  const headers = { 'content-type': 'application/json', ...headersOf(token) };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(15_000) });
  const text = await response.text();
  if (response.status !== 202) throw new Error(`the hook answered ${response.status}: ${text.slice(0, 500)}`);
  return text;
}

async function followUntilSettled(
  read: () => Promise<StatusDocument>,
  withinMs: number,
  onStatus?: (status: StatusDocument) => void | Promise<void>,
): Promise<StatusDocument> {
  const giveUpAt = Date.now() + withinMs;
  for (let failures = 0; ;) {
    try {
      const status = await read();
      failures = 0;
      await onStatus?.(status);
      if (settledPhases.has(status.phase)) return status;
    } catch (error) {
      // A worker under load may miss one query; five in a row are a fault.
      if (++failures === 5) throw error;
    }
    if (Date.now() > giveUpAt) throw new Error(`the incident did not settle within ${withinMs / 1000} s`);
    await sleep(500);
  }
}

async function runCli(cli: string, cliArguments: string[], options: IncidentLabOptions): Promise<string> {
  return await new Promise((resolve, reject) => {
    const settings = { env: { ...process.env, ...options.environment }, timeout: 600_000, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [cli, ...cliArguments], settings, (error, stdout, stderr) => {
      if (error === null || stdout.trim().startsWith('{')) resolve(stdout);
      else
        reject(
          new Error(`perf-responder ${cliArguments[0] ?? ''} failed: ${stderr.trim().slice(-1000) || error.message}`, { cause: error }),
        );
    });
  });
}
