/** A place where requests take turns: `servers` work at once, and each request needs `demandMs` there in all. */
export interface Station {
  demandMs: number;
  servers: number;
}

/**
 * Mean response time under an open load of `perSecond` requests. Jackson's network; each station as M/M/m by Seidmann's approximation (one server of m
 * times the speed, and a pause for the rest): `delayMs + Σ D/m ÷ (1 − U) + D (m − 1)/m` with `U = X D/m`. Null: more work comes than a station can do.
 */
export function openResponseMs(stations: readonly Station[], delayMs: number, perSecond: number): number | null {
  let sum = delayMs;
  for (const { demandMs, servers } of stations) {
    const utilization = (perSecond * demandMs) / 1000 / servers;
    if (utilization >= 1) return null;
    sum += demandMs / servers / (1 - utilization) + (demandMs * (servers - 1)) / servers;
  }
  return sum;
}

/** Mean response time of `users` in a closed loop without think time, by exact mean-value analysis over the same stations (Reiser and Lavenberg, 1980). */
export function closedResponseMs(stations: readonly Station[], delayMs: number, users: number): number {
  const pausesMs = delayMs + stations.reduce((sum, { demandMs, servers }) => sum + (demandMs * (servers - 1)) / servers, 0);
  let queues = stations.map(() => 0);
  let response = pausesMs;
  for (let n = 1; n <= Math.max(1, Math.round(users)); n += 1) {
    const residence = stations.map(({ demandMs, servers }, index) => (demandMs / servers) * (1 + (queues[index] ?? 0)));
    response = pausesMs + residence.reduce((sum, each) => sum + each, 0);
    queues = residence.map((each) => (response > 0 ? (n * each) / response : 0));
  }
  return response;
}
