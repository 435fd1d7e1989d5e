/** Does a route of the trace (ids folded to `:id`) belong to the alerted `METHOD /path`? */
export function isSameRoute(alerted: string, method: string, route: string): boolean {
  const [alertedMethod = '', alertedPath = ''] = alerted.split(' ');
  if (alertedMethod.toUpperCase() !== method.toUpperCase()) return false;
  const wanted = segments(alertedPath);
  const seen = segments(route);
  return (
    wanted.length === seen.length &&
    wanted.every((segment, index) => segment === seen[index] || (seen[index] ?? '').startsWith(':') || segment.startsWith(':'))
  );
}

function segments(path: string): string[] {
  return (path.split('?')[0] ?? '').split('/').filter((segment) => segment !== '');
}
