import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Route {
  method: 'GET' | 'POST';
  /** Path with at most one `:parameter`. */
  path: string;
  handle: (request: RouteRequest) => Promise<unknown>;
}

export interface RouteRequest {
  parameter: string;
  query: URLSearchParams;
  body: unknown;
}

/** An answer that is text already. */
export interface RawAnswer {
  contentType: string;
  text: string;
}

export class HttpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (chunks.length === 0) return null;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new HttpError(400, 'the body is not JSON');
  }
}

export function sendAnswer(response: ServerResponse, status: number, answer: unknown): void {
  const raw = isRaw(answer) ? answer : { contentType: 'application/json', text: JSON.stringify(answer) };
  response.writeHead(status, { 'content-type': raw.contentType, 'content-length': Buffer.byteLength(raw.text) });
  response.end(raw.text);
}

function isRaw(answer: unknown): answer is RawAnswer {
  return typeof answer === 'object' && answer !== null && 'contentType' in answer && 'text' in answer;
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** GET of another service, JSON answer. Rejects after `timeoutMs` or for a status of 400 and above. */
export async function getJson(url: string, timeoutMs: number): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { agent, timeout: timeoutMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 400) reject(new HttpError(502, `${new URL(url).host} answered ${status}`));
        else resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new HttpError(504, `${new URL(url).host} did not answer within ${timeoutMs} ms`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
