import { Console } from 'node:console';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { ShopConfig } from './config.js';

/** Writes a line per request to `file`; with `reopenOnSignal` the file is opened again when log rotation says so (SIGUSR1). */
export function createAccessLog(file: string, settings: ShopConfig['logs']): (request: IncomingMessage, status: number) => void {
  let stream = createWriteStream(file, { flags: 'a' });
  let log = loggerOn(stream, settings.access);
  if (settings.reopenOnSignal) {
    process.on('SIGUSR1', () => {
      stream.end();
      stream = createWriteStream(file, { flags: 'a' });
      log = loggerOn(stream, settings.access);
    });
  }
  return (request, status) => {
    log(request, status);
  };
}

function loggerOn(stream: WriteStream, access: ShopConfig['logs']['access']): (request: IncomingMessage, status: number) => void {
  if (access === 'plain') {
    return (request, status) => {
      stream.write(`${request.method ?? ''} ${request.url ?? ''} ${status}\n`);
    };
  }
  const logger = new Console(stream);
  return function logAnnotated(request, status) {
    // Everything that support might ask for.
    logger.log('%s %s %d', request.method, request.url, status);
    logger.dir(request, { depth: 9, showHidden: true });
  };
}
