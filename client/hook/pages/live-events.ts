/** Server-sent events: one look at an incident for everybody who watches it, and a line only when it changed. */
import type { ServerResponse } from 'node:http';
import type { StatusDocument } from '../../../core/command/incident/status-document.js';

const lookEveryMs = 2_000;
/** Proxies close connections that are silent for half a minute. */
const commentEveryMs = 15_000;
/** A browser holds at most six connections to one origin; whoever opens more pages has to reload. */
const mostWatchers = 500;

interface Watched {
  watchers: Set<ServerResponse>;
  timer: NodeJS.Timeout;
  last: string;
}

export type LiveEvents = ReturnType<typeof createLiveEvents>;

/** `id` of an event is how long the timeline is. */
export function createLiveEvents(status: (id: string) => Promise<StatusDocument | null>) {
  const watched = new Map<string, Watched>();
  const look = async (id: string): Promise<void> => {
    const one = watched.get(id);
    if (one === undefined) return;
    // If we have an outage, the browser sees silence; the next look comes two seconds later.
    const document = await status(id).catch(() => null);
    if (document === null) return;
    const now = JSON.stringify(document);
    if (now === one.last) return;
    // The first look counts, too: something may have changed since the page was made.
    one.last = now;
    const line = `id: ${document.timeline.length}\nevent: changed\ndata: ${JSON.stringify({ status: document.status, severity: document.severity })}\n\n`;
    for (const watcher of one.watchers) watcher.write(line);
  };
  const begin = (id: string): Watched => {
    const timer = setInterval(() => void look(id), lookEveryMs).unref();
    const one: Watched = { watchers: new Set(), timer, last: '' };
    watched.set(id, one);
    void look(id);
    return one;
  };
  const leave = (id: string, response: ServerResponse): void => {
    const one = watched.get(id);
    one?.watchers.delete(response);
    if (one === undefined || one.watchers.size > 0) return;
    clearInterval(one.timer);
    watched.delete(id);
  };
  return {
    /** False: too many watch already. */
    watch: (id: string, response: ServerResponse): boolean => {
      const count = [...watched.values()].reduce((sum, { watchers }) => sum + watchers.size, 0);
      if (count >= mostWatchers) return false;
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
      });
      // Whoever comes later, or was away, reads the page again, whatever was missed.
      response.write(`retry: 3000\n\n${watched.has(id) ? 'event: changed\ndata: {}\n\n' : ''}`);
      (watched.get(id) ?? begin(id)).watchers.add(response);
      const comment = setInterval(() => response.write(':\n\n'), commentEveryMs).unref();
      response.on('close', () => {
        clearInterval(comment);
        leave(id, response);
      });
      return true;
    },
    close: (): void => {
      for (const { watchers, timer } of watched.values()) {
        clearInterval(timer);
        for (const watcher of watchers) watcher.end();
      }
      watched.clear();
    },
  };
}
