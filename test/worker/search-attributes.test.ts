import type { ConnectionLike } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { ensureSearchAttributes, registrationCommand } from '../../worker/search-attributes.js';

const server = { address: 'temporal.acme.test:7233', namespace: 'shop', hasTls: false, hasApiKey: false };

/** A server that refuses the operator's calls with this gRPC code, as Temporal Cloud and restricted clusters do. */
function refusing(code: number): ConnectionLike {
  const listSearchAttributes = () => Promise.reject(Object.assign(new Error(`${code} no`), { code, details: 'no', metadata: {} }));
  return { operatorService: { listSearchAttributes } } as unknown as ConnectionLike;
}

describe('a worker that may not list search attributes', () => {
  it.each([7, 12, 16])('starts all the same on code %i, and says what an operator has to have run', async (code) => {
    const said: string[] = [];
    await ensureSearchAttributes(refusing(code), server, (line) => said.push(line));
    expect(said.join('\n')).toMatch(
      /may not be listed.*temporal operator search-attribute create --name PerfService --type Keyword.* --address temporal\.acme\.test:7233 --namespace shop/,
    );
  });

  it('does not start when the server cannot be reached', async () => {
    await expect(ensureSearchAttributes(refusing(14), server, () => undefined)).rejects.toThrow('14 no');
  });
});

describe('the command that an operator is told', () => {
  it('reaches the same server in the same way, and names keys by their variables', () => {
    expect(registrationCommand({ ...server, hasApiKey: true })).toMatch(
      /^temporal operator search-attribute create --name PerfService --type Keyword .* --address temporal\.acme\.test:7233 --namespace shop --api-key "\$TEMPORAL_API_KEY"$/,
    );
    expect(registrationCommand({ ...server, hasTls: true })).toMatch(/--tls-cert-path "\$TEMPORAL_TLS_CLIENT_CERT_PATH"/);
  });

  it.each(['shop.a1b2c.tmprl.cloud:7233', 'eu-west-1.aws.api.temporal.io:7233'])('is one of Temporal Cloud for %s', (address) => {
    const command = registrationCommand({ ...server, address, namespace: 'shop.a1b2c', hasApiKey: true });
    expect(command).toMatch(/^tcld namespace search-attributes add --namespace shop\.a1b2c --search-attribute "PerfService=Keyword" /);
  });
});
