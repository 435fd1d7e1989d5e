/** How clients and workers turn values into payloads: as the SDK does, or encrypted. */
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { UnreadableInputError } from '../../core/model/errors.js';
import { createPayloadCodec, type PayloadKeys } from './payload-codec.js';

/** The SDK requires it by path: the compiled file, seen from itself and from the sources. */
async function failureConverterPath(): Promise<string> {
  for (const candidate of ['./failure-converter.js', '../../dist/adapters/temporal/failure-converter.js']) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new UnreadableInputError(
    'the failure converter: expected dist/adapters/temporal/failure-converter.js, got nothing; run npm run build',
  );
}

export async function encryptingConverter(keys: PayloadKeys): Promise<DataConverter> {
  return { payloadCodecs: [createPayloadCodec(keys)], failureConverterPath: await failureConverterPath() };
}
