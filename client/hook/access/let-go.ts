import { MessageChannel } from 'node:worker_threads';

/** A message sent to it goes nowhere, but what is transferred with it is detached all the same (HTML standard, message ports; Node follows it). */
const { port1: nowhere } = new MessageChannel();
nowhere.close();

/** Smaller ones do not matter, and there are many of them. */
const largeBytes = 16 * 1024;

/**
 * Frees the memory of a buffer now. The garbage collector frees network buffers only when 32 MB of them have piled up, which is more than all bodies
 * together may take. Use it only for a chunk that nobody reads any more; a chunk that shares its memory is left alone.
 */
export function letGo({ buffer, byteLength }: Buffer): void {
  if (byteLength < largeBytes || byteLength !== buffer.byteLength || !(buffer instanceof ArrayBuffer)) return;
  nowhere.postMessage(null, [buffer]);
}
