import { expect, it } from 'vitest';
import { messageWithoutValues } from '../../../core/database/sql/message-values.js';

it.each([
  ['invalid input syntax for type integer: "s3cret"', 'invalid input syntax for type integer: "?"'],
  ['value "9999999999" is out of range for type integer', 'value "?" is out of range for type integer'],
  ['relation "orders" does not exist', 'relation "orders" does not exist'],
  ['Key (email)=(ada@example.org) already exists.', 'Key (email)=(?) already exists.'],
  ["the service's pool, and the lab's", "the service's pool, and the lab's"],
])('%s loses its values, not its names', (message, expected) => {
  expect(messageWithoutValues(message)).toBe(expected);
});
