import { lookup, Resolver } from 'node:dns/promises';
import { getServers } from 'node:dns';
import { performance } from 'node:perf_hooks';
import { judged, unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import type { Check } from '../check.js';
import { addressesOf, isName } from './addresses.js';

const withinMs = 3_000;
/** Resolvers answer from their cache within a few milliseconds and from afar within a hundred; every new connection waits for it. */
const warnMs = 200;

interface Answer {
  server: string;
  addresses: string[];
  tookMs: number;
  error: string | null;
}

function codeOf(reason: unknown): string {
  if (!(reason instanceof Error)) return 'no answer';
  return 'code' in reason && typeof reason.code === 'string' ? reason.code : reason.message;
}

async function ask(server: string, host: string): Promise<Answer> {
  const resolver = new Resolver({ timeout: withinMs, tries: 1 });
  resolver.setServers([server]);
  const startedAt = performance.now();
  const families = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const addresses = families.flatMap((family) => (family.status === 'fulfilled' ? family.value : [])).sort();
  const failed = families.find((family) => family.status === 'rejected');
  const error = addresses.length === 0 && failed !== undefined ? codeOf(failed.reason) : null;
  return { server, addresses, tookMs: performance.now() - startedAt, error };
}

/** Round-robin gives other addresses each time, which is no disagreement; answers that share none are. */
function disagree(answers: readonly Answer[]): boolean {
  const given = answers.filter(({ addresses }) => addresses.length > 0);
  return given.some((one) => given.some((other) => !one.addresses.some((address) => other.addresses.includes(address))));
}

export async function lookAtName(host: string, servers: readonly string[]): Promise<Finding> {
  const command = `dig +tries=1 ${host}`;
  const startedAt = performance.now();
  // getaddrinfo is what programs use: /etc/hosts and nsswitch count there, and no name server has to know the name.
  const system = await lookup(host, { all: true }).catch((error: unknown) =>
    error instanceof Error && 'code' in error ? String(error.code) : String(error),
  );
  const systemMs = performance.now() - startedAt;
  const answers = await Promise.all(servers.map(async (server) => await ask(server, host)));
  const silent = answers.filter(({ error }) => error !== null && error !== 'ENOTFOUND' && error !== 'ENODATA');
  const told = answers
    .map(({ server, addresses, tookMs, error }) => `${server}: ${error ?? addresses.join(' ')} in ${Math.round(tookMs)} ms`)
    .join('; ');
  if (typeof system === 'string') {
    const detail = `${host} has no address: ${system}${told === '' ? '' : `; ${told}`}`;
    if (system === 'EAI_AGAIN' && silent.length === answers.length)
      return unknownFinding(detail, 'No name server answers: look at /etc/resolv.conf and the way to them.', command);
    return {
      verdict: 'fail',
      value: null,
      limit: null,
      detail,
      command,
      remedy: 'Correct the name in the catalog, or bring its record back.',
    };
  }
  const addresses = [...new Set(system.map(({ address }) => address))].join(' ');
  const detail = `${host} is ${addresses}, told in ${Math.round(systemMs)} ms${told === '' ? '' : `; ${told}`}`;
  const words = {
    detail,
    command,
    remedy: 'Ask the name servers one by one (dig @SERVER), and drop the one that is slow, silent or of another opinion.',
  };
  const found = judged(Math.round(systemMs), { warn: warnMs, fail: null }, words);
  return found.verdict === 'ok' && (disagree(answers) || silent.length > 0) ? { ...found, verdict: 'warn', remedy: words.remedy } : found;
}

/** `localhost` and its like are the machine's own business. */
const isOwn = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

export const dns: Check = {
  id: 'network.dns',
  area: 'network',
  title: 'names: addresses, time, and whether the name servers agree',
  plan: (world) => {
    const hosts = [...new Set(addressesOf(world).map(({ host }) => host))].filter(isName);
    return hosts.map((host) => ({ target: host, look: () => lookAtName(host, isOwn(host) ? [] : getServers()) }));
  },
};
