import { createWriteStream, type WriteStream } from 'node:fs';
import { inspect } from 'node:util';
import type { IncomingMessage } from 'node:http';
import type { ShopConfig } from './config.js';

/** Writes a line per request to `file`; with `reopenOnSignal` the file is opened again when log rotation says so (SIGUSR1). */
export function createAccessLog(file: string, settings: ShopConfig['logs']): (request: IncomingMessage, status: number) => void {
  let stream: WriteStream = createWriteStream(file, { flags: 'a' });
  if (settings.reopenOnSignal) {
    process.on('SIGUSR1', () => {
      stream.end();
      stream = createWriteStream(file, { flags: 'a' });
    });
  }
  const lineOf = settings.access === 'plain' ? plainLine : annotatedLine;
  return (request, status) => {
    stream.write(lineOf(request, status));
  };
}

function plainLine(request: IncomingMessage, status: number): string {
  return `${request.method ?? ''} ${request.url ?? ''} ${status}\n`;
}

/** Everything that support might ask for. */
function annotatedLine(request: IncomingMessage, status: number): string {
  return `${plainLine(request, status)}${inspect(request, { depth: 9, showHidden: true })}\n`;
}
