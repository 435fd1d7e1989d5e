/** `HOST:PORT` of the catalog; `[::1]:8090` too. */
export function parseListen(listen: string): { host: string; port: number } {
  const separator = listen.lastIndexOf(':');
  return { host: listen.slice(0, separator).replaceAll(/[[\]]/g, ''), port: Number(listen.slice(separator + 1)) };
}

/** Where people reach a hook that listens like this; null when the address does not tell (all interfaces, any port, no address). */
export function originOf(hook: { listen?: string | undefined; tls?: unknown } | undefined): string | null {
  const listen = hook?.listen;
  if (listen === undefined) return null;
  const { host, port } = parseListen(listen);
  return port === 0 || host === '0.0.0.0' || host === '::' ? null : `${hook?.tls === undefined ? 'http' : 'https'}://${listen}`;
}
