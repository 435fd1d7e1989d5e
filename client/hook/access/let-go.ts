import { MessageChannel } from 'node:worker_threads';

/** A message to it goes nowhere, but what is transferred with it is gone all the same (HTML standard, message ports; Node keeps to it). */
const { port1: nowhere } = new MessageChannel();
nowhere.close();

/** Smaller ones are no matter, and there are many of them. */
const largeBytes = 16 * 1024;

/**
 * Frees the memory of a buffer now. The collector frees what came by the network when 32 MB of it lie about, which is more than all bodies together may take.
 * Only for a chunk that nobody reads any more; one that shares its memory with others is left alone.
 */
export function letGo({ buffer, byteLength }: Buffer): void {
  if (byteLength < largeBytes || byteLength !== buffer.byteLength || !(buffer instanceof ArrayBuffer)) return;
  nowhere.postMessage(null, [buffer]);
}
