import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseRunbook } from '../../../config/runbook/read-runbook.js';

const folder = join(import.meta.dirname, '../../../runbooks');

it.each(readdirSync(folder))('%s can be read', (file) => {
  expect(parseRunbook(readFileSync(join(folder, file), 'utf8'), file).name).toBe(file.replace('.yaml', ''));
});
