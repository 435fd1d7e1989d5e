import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

interface StoredIncident {
  id: string;
  name: string;
  status: string;
  metadata: Record<string, unknown>;
  incident_updates: { status: string; body: string }[];
}

type Trouble = 420 | 429 | 500 | 'lost' | 'slow' | 'html';
type Fields = Record<string, unknown>;

const statuses = ['investigating', 'identified', 'monitoring', 'resolved', 'scheduled', 'in_progress', 'verifying', 'completed'];
const componentStatuses = ['operational', 'under_maintenance', 'degraded_performance', 'partial_outage', 'major_outage'];
const impacts = ['none', 'maintenance', 'minor', 'major', 'critical'];
const known = ['c1', 'c2'];
const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the API answers with 422. */
function refusal(incident: Fields, isNew: boolean): string | null {
  const { name, status, impact_override: impact, body, component_ids: ids, components, metadata } = incident;
  if (isNew && (typeof name !== 'string' || name === '')) return "Name can't be blank";
  if (typeof name === 'string' && name.length > 255) return 'Name is too long (maximum is 255 characters)';
  if (!statuses.includes(String(status))) return 'Status is not included in the list';
  if (impact !== undefined && !impacts.some((one) => one === impact)) return 'Impact override';
  if (typeof body !== 'string' || body === '') return "Body can't be blank";
  if (!Array.isArray(ids) || ids.some((id) => !known.includes(String(id)))) return 'Component not found';
  if (!isRecord(components)) return 'components must be an object';
  if (Object.entries(components).some(([id, state]) => !known.includes(id) || !componentStatuses.includes(String(state))))
    return 'components';
  return isRecord(metadata) && Object.values(metadata).every(isRecord) ? null : 'metadata: top-level values must be objects';
}

export interface LocalStatuspage {
  api: string;
  incidents: StoredIncident[];
  components: Record<string, string>;
  calls: string[];
  /** What goes wrong with the next writing calls, then with the next reading ones. */
  troubles: { write: Trouble[]; read: Trouble[] };
  close: () => void;
}

function write(page: LocalStatuspage, id: string | null, incident: Fields): { status: number; body: unknown } {
  const stored = page.incidents.find((one) => one.id === id);
  if (id !== null && stored === undefined) return { status: 404, body: { error: 'not found' } };
  const problem = refusal(incident, id === null);
  if (problem !== null) return { status: 422, body: { error: [problem] } };
  const made: StoredIncident = stored ?? { id: randomBytes(6).toString('hex'), name: '', status: '', metadata: {}, incident_updates: [] };
  if (stored === undefined) page.incidents.unshift(made);
  if (typeof incident['name'] === 'string') made.name = incident['name'];
  made.status = String(incident['status']);
  made.metadata = incident['metadata'] as Fields;
  made.incident_updates.unshift({ status: made.status, body: String(incident['body']) });
  Object.assign(page.components, incident['components']);
  return { status: stored === undefined ? 201 : 200, body: made };
}

async function handle(page: LocalStatuspage, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const url = new URL(request.url ?? '/', page.api);
  page.calls.push(`${request.method ?? ''} ${url.pathname}`);
  const say = (status: number, answer: unknown, headers: Record<string, string> = {}): ServerResponse =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(answer));
  if (request.headers.authorization !== 'OAuth right-key') return void say(401, { error: 'Could not authenticate' });
  const [, id] = /^\/v1\/pages\/abc\/incidents(?:\/([a-z0-9]+))?$/.exec(url.pathname) ?? [];
  if (!url.pathname.startsWith('/v1/pages/abc/incidents')) return void say(404, { error: 'not found' });
  const isReading = request.method === 'GET';
  const trouble = page.troubles[isReading ? 'read' : 'write'].shift();
  if (trouble === 'slow') return;
  if (trouble === 'html') return void response.writeHead(200).end('<html>');
  if (typeof trouble === 'number') return void say(trouble, { error: 'no' }, trouble === 500 ? {} : { 'retry-after': '60' });
  if (isReading) return void say(200, page.incidents.slice(0, Number(url.searchParams.get('limit') ?? 100)));
  const { incident } = JSON.parse(body) as { incident: Fields };
  const answer = write(page, id ?? null, incident);
  if (trouble === 'lost') return void request.socket.destroy();
  say(answer.status, answer.body);
}

/** A Statuspage that enforces what API v1 enforces, and misbehaves when told to. */
export async function startStatuspage(): Promise<LocalStatuspage> {
  const server = createServer((request, response) => void handle(page, request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const page: LocalStatuspage = {
    api: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    incidents: [],
    components: {},
    calls: [],
    troubles: { write: [], read: [] },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return page;
}
