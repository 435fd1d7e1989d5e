/** The named ones in the order of the registry, all of them for no name. Throws for an unknown name, listing the known ones. */
export function chooseNamed<T extends { name: string }>(all: readonly T[], names: readonly string[]): T[] {
  const known = all.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`expected names out of ${known.join(', ')}; got ${unknown.join(', ')}`);
  return names.length === 0 ? [...all] : all.filter(({ name }) => names.includes(name));
}

export function caseList(all: readonly { name: string; kind: string; title: string }[]): string {
  return all.map(({ name, kind, title }) => `${name.padEnd(24)} ${kind.padEnd(8)} ${title}`).join('\n');
}
