import { checkRule, type Change } from '../check-rule.js';
import { changed } from '../lose.js';

/** The same requests under other paths. */
function renamedRoutes(rename: (route: string, index: number) => string): Change {
  return changed('request-trace.json', ({ routes, blockers }) => {
    const names = new Map(routes.map(({ method, route }, index) => [`${method} ${route}`, `${method} ${rename(route, index)}`]));
    routes.forEach((one, index) => void (one.route = rename(one.route, index)));
    for (const blocker of blockers) blocker.routes = blocker.routes.map((route) => names.get(route) ?? route);
  });
}

checkRule('event-loop-blocked', {
  fires: [
    ['event-loop-blocked', { route: 'GET /reports/forecast' }],
    ['event-loop-blocked', { route: 'GET /internal/v3/reports/forecast' }, renamedRoutes((route) => `/internal/v3${route}`)],
  ],
  silent: ['healthy'],
  lookAlike: [
    ['hot-function', 'hot-function'],
    ['logging', 'logging'],
    ['search-fuzzy', 'hot-function'],
    // Behind a proxy that takes a prefix off, and where no route of the trace has anything of the alerted path.
    ['hot-function', 'hot-function', renamedRoutes((route) => `/internal/v3${route}`)],
    ['hot-function', 'hot-function', renamedRoutes(() => '/rpc')],
    ['event-loop-blocked', 'hot-function', renamedRoutes((_route, index) => `/rpc/${String.fromCharCode(97 + index)}`)],
  ],
});
