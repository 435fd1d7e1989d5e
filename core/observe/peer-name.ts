import type { PeerObservation } from '../model/observation.js';

/** `PostgreSQL (10.0.0.5:5432)`; the address alone where nothing but its port is known. */
export function peerName({ label, peer }: Pick<PeerObservation, 'label' | 'peer'>): string {
  return /^peer on port \d+$/.test(label) ? peer : `${label} (${peer})`;
}
