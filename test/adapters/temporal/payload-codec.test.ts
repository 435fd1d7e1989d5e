import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { isEncrypted } from '../../../adapters/temporal/encrypted-payload.js';
import { createPayloadCodec, keyIdOf } from '../../../adapters/temporal/payload-codec.js';

const [first, second] = [randomBytes(32), randomBytes(32)];
const codec = createPayloadCodec({ current: first, old: [] });
const secret = { who: 'Zyxw Vutsrq', sql: "SELECT 'private'" };
const plain = defaultPayloadConverter.toPayload(secret);
const valueOf = (payload: Payload | undefined): unknown => defaultPayloadConverter.fromPayload(payload ?? {});

describe('the payload codec', () => {
  it('gives back what it was given, and shows nothing of it', async () => {
    const [hidden] = await codec.encode([plain]);
    expect(isEncrypted(hidden ?? {})).toBe(true);
    expect(Buffer.from(hidden?.metadata?.['encryption-key-id'] ?? []).toString()).toBe(keyIdOf(first));
    const shown = Buffer.concat([...Object.values(hidden?.metadata ?? {}), hidden?.data ?? new Uint8Array()]).toString('latin1');
    expect(shown).not.toMatch(/Zyxw|private|json/);
    expect(valueOf((await codec.decode([hidden ?? {}]))[0])).toEqual(secret);
  });

  it('encrypts the same value anew each time, and what is encrypted not again', async () => {
    const [one, two] = await codec.encode([plain, plain]);
    expect(Buffer.from(one?.data ?? []).equals(Buffer.from(two?.data ?? []))).toBe(false);
    expect(await codec.encode([one ?? {}])).toEqual([one]);
  });

  it('reads what an older key wrote, and what was written before there was any', async () => {
    const rotated = createPayloadCodec({ current: second, old: [first] });
    const decoded = await rotated.decode([...(await codec.encode([plain])), plain]);
    expect(decoded.map(valueOf)).toEqual([secret, secret]);
    const [again] = await rotated.encode([plain]);
    expect(Buffer.from(again?.metadata?.['encryption-key-id'] ?? []).toString()).toBe(keyIdOf(second));
  });

  it('says which key is missing', async () => {
    const [hidden] = await codec.encode([plain]);
    const other = createPayloadCodec({ current: second, old: [] });
    await expect(other.decode([hidden ?? {}])).rejects.toThrow(new RegExp(`encrypted with the key ${keyIdOf(first)}: expected it as`));
  });

  it.each([0, 12, -1])('notices a changed byte at %i, and a key id that was put there by somebody else', async (at) => {
    const [hidden] = await codec.encode([plain]);
    const data = Buffer.from(hidden?.data ?? []);
    const index = at < 0 ? data.length + at : at;
    data[index] = (data[index] ?? 0) ^ 1;
    await expect(codec.decode([{ ...hidden, data }])).rejects.toThrow(/cannot be decrypted: it was changed/);
    await expect(codec.decode([{ ...hidden, data: data.subarray(0, 5) }])).rejects.toThrow(/cannot be decrypted/);
  });
});
