import type { Fault } from './fault.js';
import { faults } from './faults/registry.js';

/** The named faults in the order of the registry, all of them for no name. Throws for an unknown name, listing the known ones. */
export function chooseFaults(names: string[]): Fault[] {
  const known = faults.map((fault) => fault.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`expected names out of ${known.join(', ')}; got ${unknown.join(', ')}`);
  return names.length === 0 ? faults : faults.filter((fault) => names.includes(fault.name));
}

export function faultList(): string {
  return faults.map((fault) => `${fault.name.padEnd(24)} ${fault.kind.padEnd(8)} ${fault.title}`).join('\n');
}
