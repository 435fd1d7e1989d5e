import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { capturePprof } from '../../../adapters/profilers/pprof-http.js';
import { readProfileBytes } from '../../../adapters/artifacts/profile-file.js';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';

const open: (() => void)[] = [];
afterEach(() => open.splice(0).forEach((close) => close()));

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  open.push(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

it('asks for the window in seconds and brings a profile', async () => {
  const bytes = await readFile(new URL('../../../fixtures/profiles/pprof/go1.26-inlined.pb.gz', import.meta.url));
  const asked: (string | undefined)[] = [];
  const origin = await serve((request, response) => {
    asked.push(request.url);
    response.end(bytes);
  });
  const profile = await readProfileBytes(await capturePprof({ pprofUrl: `${origin}/`, durationMs: 2000 }));
  expect(asked).toEqual(['/debug/pprof/profile?seconds=2']);
  expect(profile).toMatchObject({ format: 'pprof', kind: 'cpu' });
});

it.each([
  ['a missing endpoint', 404, 'page not found', /404/, /net\/http\/pprof/],
  ['a second profile at once', 500, 'cpu profiling already in use', /already in use/, /Wait for the other/],
])('turns %s into missing evidence with a remedy', async (_, status, body, why, remedy) => {
  const origin = await serve((request, response) => response.writeHead(status).end(body));
  const error: unknown = await capturePprof({ pprofUrl: origin, durationMs: 1000 }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(EvidenceUnavailableError);
  if (!(error instanceof EvidenceUnavailableError)) return;
  expect(error.missing.why).toMatch(why);
  expect(error.missing.remedy).toMatch(remedy);
});

it('does not follow a redirect to another host', async () => {
  const origin = await serve((request, response) => response.writeHead(302, { location: 'http://127.0.0.2:1/' }).end());
  await expect(capturePprof({ pprofUrl: origin, durationMs: 1000 })).rejects.toBeInstanceOf(EvidenceUnavailableError);
});

it('ends at once when it is cancelled', async () => {
  const origin = await serve(() => undefined);
  const capture = capturePprof({ pprofUrl: origin, durationMs: 60_000, signal: AbortSignal.timeout(50) });
  await expect(capture).rejects.toMatchObject({ name: 'TimeoutError' });
});
