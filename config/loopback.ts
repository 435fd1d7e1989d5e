const names = new Set(['localhost', '[::1]']);

/** Whether an address can only be this machine. `127.0.0.0/8` as a whole is (RFC 1122), and so are `localhost` and what ends in it (RFC 6761). */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return names.has(hostname) || hostname.endsWith('.localhost') || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
