/** Which process serves the endpoints of a service. */
import { mapping, text, together, whole } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

const locatorKeys = ['port', 'pid', 'pidFile', 'command'] as const;
const processSchema = mapping({
  port: whole('port', 1, 65_535).optional(),
  pid: whole('pid', 1, 4_194_304).optional(),
  pidFile: text('the path of a file with a process id', 'write e.g. pidFile: /run/shop.pid').optional(),
  command: text('a pattern for the command line of the process', 'write e.g. command: "node .*server"', isPattern).optional(),
  host: text('the name of the host whose agent captures', 'write e.g. host: web-1', (value) =>
    /^[A-Za-z0-9._-]{1,100}$/.test(value),
  ).optional(),
}).refine(
  (process) => locatorKeys.filter((key) => key in process).length === 1,
  together('exactly one of port, pid, pidFile, command', 'write e.g. process: { port: 8080 }'),
);

function isPattern(value: string): boolean {
  try {
    return new RegExp(value).source !== '';
  } catch {
    return false;
  }
}

export const process = { service: { process: processSchema.optional() } } satisfies CatalogFragment;
