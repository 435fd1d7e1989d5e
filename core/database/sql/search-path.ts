/**
 * The schemas of a `search_path` setting in their order, as PostgreSQL reads it: separated by commas, lower case unless quoted, `$user` for the role
 * whose setting it is. An unquoted name ends at white space; a text that is no such list gives what could be read of it.
 */
export function readSearchPath(setting: string, role: string): string[] {
  // eslint-disable-next-line regexp/no-super-linear-move -- a setting of the server, some hundred characters
  const names = [...setting.matchAll(/(?:"((?:[^"]|"")*)"|(?<![^",\s])([^",\s]+))\s*(?:,|$)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '').toLowerCase() : quoted.replaceAll('""', '"'),
  );
  return names.filter((name) => name !== '').map((name) => (name === '$user' ? role : name));
}

/** Where names without a schema are looked for: the system's come first unless the setting puts them elsewhere. */
export function effectivePath(schemas: readonly string[]): string[] {
  return schemas.includes('pg_catalog') ? [...schemas] : ['pg_catalog', ...schemas];
}
