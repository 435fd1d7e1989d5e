/** What goes into the catalog of `init`: from flags, from the machine, and from the person's answers. */
import { collectBudgets } from '../cli/option-values.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import type { Budgets } from '../../core/model/load-result.js';
import type { Candidate } from './look-around.js';
import type { Ask } from './questions.js';
import type { CatalogChoice } from './write-catalog.js';

export interface InitFlags {
  url?: string;
  service?: string;
  endpoint?: string;
  budget?: Budgets;
  database?: string;
  force?: boolean;
}

interface Target {
  method: string;
  url: URL;
}

const defaultErrorRatio = 0.01;
const noDatabase = 'none';

function parseTarget(text: string): Target {
  const [, method = 'GET', address = ''] = /^(?:([A-Za-z]+)\s+)?(https?:\/\/\S+)$/.exec(text.trim()) ?? [];
  if (URL.canParse(address)) return { method: method.toUpperCase(), url: new URL(address) };
  throw new UnreadableInputError(
    `--url: expected an http:// or https:// address, with its method when it is not GET, got "${text}"; write e.g. --url "http://127.0.0.1:8080/search?q=red"`,
  );
}

function readPort(answer: string): number {
  const port = Number(answer);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new UnreadableInputError(`expected a port from 1 to 65535, got "${answer}"; write e.g. 8080`);
}

/** `/search?q=red`, `POST /orders`, or a whole address. */
function readPath(port: number): (answer: string) => Target {
  return (answer) => {
    if (answer.includes('://')) return parseTarget(answer);
    const [, method = 'GET', path = ''] = /^(?:([A-Za-z]+)\s+)?(\/?\S*)$/.exec(answer) ?? [];
    const address = `http://127.0.0.1:${port}${path.startsWith('/') ? path : `/${path}`}`;
    if (path !== '' && URL.canParse(address)) return { method: method.toUpperCase(), url: new URL(address) };
    throw new UnreadableInputError(
      `expected a path, with its method when it is not GET, got "${answer}"; write e.g. /search?q=red or POST /orders`,
    );
  };
}

/** Names of the catalog become part of addresses, file names and metrics. */
function readName(answer: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(answer)) return answer;
  throw new UnreadableInputError(`expected a name of letters, digits, ".", "_" and "-", got "${answer}"; write e.g. shop`);
}

function readVariable(answer: string): string | null {
  if (answer.toLowerCase() === noDatabase) return null;
  if (/^[A-Za-z_]\w*$/.test(answer)) return answer;
  throw new UnreadableInputError(
    `expected the name of an environment variable, or ${noDatabase}, got one that cannot be a name; write e.g. DATABASE_URL`,
  );
}

/** The service's process: the one that listens where the address points, otherwise the likeliest one. */
async function chooseTarget(
  flags: InitFlags,
  candidates: readonly Candidate[],
  ask: Ask,
): Promise<{ target: Target; candidate: Candidate | null }> {
  const at = (port: number): Candidate | null => candidates.find(({ ports }) => ports.includes(port)) ?? null;
  if (flags.url !== undefined) {
    const target = parseTarget(flags.url);
    return { target, candidate: at(portOfUrl(target.url)) };
  }
  const [likeliest] = candidates;
  if (likeliest === undefined) {
    throw new UnreadableInputError(
      'init: expected a service that listens on this machine, found none that this user may look into; start it, or name its address: perf-responder init --url http://127.0.0.1:8080/search',
    );
  }
  const port = await ask('Which port is the service on?', String(likeliest.port), readPort);
  const target = await ask('Which path is slow, or the one to begin with?', '/', readPath(port));
  return { target, candidate: at(portOfUrl(target.url)) };
}

export function portOfUrl({ port, protocol }: URL): number {
  return Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port);
}

/** `/api/v1/search` → `search`. */
function endpointName({ pathname }: URL): string {
  const words = pathname.split('/').filter((part) => /[a-z]/i.test(part) && !/^v\d+$|^api$/i.test(part));
  const name = (words.at(-1) ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|(?<!-)-+$/g, '');
  return name === '' ? 'home' : name;
}

async function chooseDatabase(flags: InitFlags, candidate: Candidate | null, ask: Ask): Promise<string | null> {
  if (flags.database !== undefined) return flags.database;
  const proposal = candidate?.databaseVariables[0] ?? (candidate?.talksToPostgres === true ? 'DATABASE_URL' : noDatabase);
  return await ask('Which variable holds the URL of its PostgreSQL database?', proposal, readVariable);
}

/** Asks for what no flag says. Throws UnreadableInputError for a flag that cannot be read, and when no service can be seen. */
export async function chooseCatalog(
  flags: InitFlags,
  candidates: readonly Candidate[],
  ask: Ask,
): Promise<{ choice: CatalogChoice; candidate: Candidate | null }> {
  const { target, candidate } = await chooseTarget(flags, candidates, ask);
  const service = flags.service ?? (await ask('What is the service called?', candidate?.name ?? 'service', readName));
  const endpoint = flags.endpoint ?? (await ask('And this endpoint?', endpointName(target.url), readName));
  const asked = (text: string): Budgets => collectBudgets(text, undefined);
  const budgets = flags.budget ?? (await ask('What may a request cost?', 'p95=250ms,errors=1%', asked));
  const databaseVariable = await chooseDatabase(flags, candidate, ask);
  const limits = Object.entries({ ...(flags.budget === undefined ? {} : { errorRatio: defaultErrorRatio }), ...budgets });
  const choice = {
    service,
    endpoint,
    method: target.method,
    url: target.url.href,
    budgets: Object.fromEntries(limits.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    port: candidate === null ? null : portOfUrl(target.url),
    databaseVariable,
    repository: candidate?.repository ?? null,
  };
  return { choice, candidate };
}
