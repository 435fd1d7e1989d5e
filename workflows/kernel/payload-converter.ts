import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { look } from './encryption-seen.js';

/**
 * As the SDK's own, but an input that cannot be decoded (broken JSON, an encoding of another SDK) does not fail the workflow task, and with it every
 * later one. Its handler gets a text that says so, and since every message of ours is an object, the guard refuses it with these words.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  // The type of the value is a promise of the sender, as in the SDK.
  fromPayload: (payload: Payload): never => {
    try {
      look(payload);
      return defaultPayloadConverter.fromPayload<never>(payload);
    } catch (error) {
      return `an input that cannot be decoded: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}` as never;
    }
  },
};
