import type { DiagnosisInput } from '../input.js';

type IsAlerted = (method: string, route: string) => boolean;

/**
 * Tells which of the trace's routes (ids folded to `:id`) is the alerted `METHOD /path`. If none has its path, it is the only one that ends alike: a proxy takes
 * a prefix off, or the framework mounts one. Null if there is none or several: then no route is known to be another one either.
 */
export function alertedRoute({ route: alerted, trace }: Pick<DiagnosisInput, 'route' | 'trace'>): IsAlerted | null {
  const routes = trace?.routes ?? [];
  const exact: IsAlerted = (method, route) => isSameRoute(alerted, method, route);
  if (routes.some(({ method, route }) => exact(method, route))) return exact;
  const alike = routes.filter(({ method, route }) => endsAlike(alerted, method, route));
  const [only] = alike;
  if (only === undefined || alike.length > 1) return null;
  return (method, route) => method === only.method && route === only.route;
}

/** Does a route of the trace belong to the alerted `METHOD /path`, segment by segment? */
function isSameRoute(alerted: string, method: string, route: string): boolean {
  const [wanted, seen] = [segmentsOf(alerted), segments(route)];
  return isMethodOf(alerted, method) && wanted.length === seen.length && wanted.every((segment, index) => fits(segment, seen[index]));
}

/** The shorter path is the end of the longer one, and at least one segment that is no id agrees. */
function endsAlike(alerted: string, method: string, route: string): boolean {
  const [wanted, seen] = [segmentsOf(alerted), segments(route)];
  const length = Math.min(wanted.length, seen.length);
  const [ofAlerted, ofSeen] = [wanted.slice(wanted.length - length), seen.slice(seen.length - length)];
  const isNamed = ofAlerted.some((segment, index) => segment === ofSeen[index] && !segment.startsWith(':'));
  return isMethodOf(alerted, method) && isNamed && ofAlerted.every((segment, index) => fits(segment, ofSeen[index]));
}

function isMethodOf(alerted: string, method: string): boolean {
  return alerted.split(' ')[0]?.toUpperCase() === method.toUpperCase();
}

function fits(one: string, other = ''): boolean {
  return one === other || one.startsWith(':') || other.startsWith(':');
}

function segmentsOf(alerted: string): string[] {
  return segments(alerted.split(' ')[1] ?? '');
}

function segments(path: string): string[] {
  return (path.split('?')[0] ?? '').split('/').filter((segment) => segment !== '');
}
