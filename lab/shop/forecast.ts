/** Demand of the next weeks by exponential smoothing over every product's history; planning opens it a few times a day. */
export function forecastDemand(weeks: number): { weeks: number; units: number } {
  let units = 0;
  for (let product = 0; product < 12_000; product++) units += smoothSeasons(product, weeks);
  return { weeks, units: Math.round(units) };
}

function smoothSeasons(product: number, weeks: number): number {
  let level = product % 17;
  let trend = 0;
  for (let day = 0; day < 1500; day++) {
    const sold = ((product * 31 + day * 17) % 23) + 4 * Math.sin((day + product) / 58);
    const before = level;
    level = 0.3 * sold + 0.7 * (level + trend);
    trend = 0.1 * (level - before) + 0.9 * trend;
  }
  return level + trend * weeks * 7;
}
