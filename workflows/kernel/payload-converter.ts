import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { look } from './encryption-seen.js';

/**
 * Works as the SDK's own, except for an input that cannot be decoded (broken JSON, an encoding of another SDK): it must not fail the workflow task, because
 * every later task would fail, too. The handler gets a text that says so. As every message of ours is an object, its guard refuses that text with these
 * words.
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
