/** Numbers of incidents, and which are open, as a pure state. */
export interface RegistryState {
  /** UTC day of the last number, `YYYY-MMDD`. */
  day: string;
  lastNumber: number;
  /** Numbers given today by key: a request sent twice gets the same one. */
  answered: Readonly<Record<string, string>>;
  /** Services of the open incidents. */
  open: Readonly<Record<string, readonly string[]>>;
}

/** How an incident is lost that has its number and no workflow. */
export const neverBegun = 'never begun';

export const emptyRegistry: RegistryState = { day: '', lastNumber: 0, answered: {}, open: {} };

export interface AllocateRequest {
  /** Who asks: the id of a triage, or one that the caller made. */
  key: string;
  services: readonly string[];
  /** False: a new incident, whatever is open. */
  mayAttach: boolean;
}

export interface Allocated {
  incidentId: string;
  /** It was open already, with one of these services. */
  isAttached: boolean;
}

function dayOf(nowMs: number): string {
  const [year = '', month = '', day = ''] = new Date(nowMs).toISOString().slice(0, 10).split('-');
  return `${year}-${month}${day}`;
}

export function allocate(state: RegistryState, request: AllocateRequest, nowMs: number): { state: RegistryState; allocated: Allocated } {
  const { key, services, mayAttach } = request;
  const known = Object.hasOwn(state.answered, key) ? state.answered[key] : undefined;
  if (known !== undefined) return { state, allocated: { incidentId: known, isAttached: false } };
  const open = Object.entries(state.open).find(([, of]) => services.some((service) => of.includes(service)));
  if (mayAttach && open !== undefined) return { state, allocated: { incidentId: open[0], isAttached: true } };
  const day = dayOf(nowMs);
  const isNewDay = day !== state.day;
  const lastNumber = isNewDay ? 1 : state.lastNumber + 1;
  const incidentId = `INC-${day}-${String(lastNumber).padStart(3, '0')}`;
  // Requests of yesterday are not sent again; without this the registry would grow for ever.
  const answered = { ...(isNewDay ? {} : state.answered), [key]: incidentId };
  return {
    state: { day, lastNumber, answered, open: { ...state.open, [incidentId]: services } },
    allocated: { incidentId, isAttached: false },
  };
}

export function release(state: RegistryState, incidentId: string): RegistryState {
  return { ...state, open: Object.fromEntries(Object.entries(state.open).filter(([id]) => id !== incidentId)) };
}

export function claim(state: RegistryState, incidentId: string, services: readonly string[]): RegistryState {
  return { ...state, open: { ...state.open, [incidentId]: services } };
}
