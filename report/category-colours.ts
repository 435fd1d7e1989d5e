import type { ProfileCategory } from '../core/model/profile.js';

/** Fills on which near-black text has a contrast of at least 4.5, so that one palette serves light, dark and paper. */
export const categoryColours: Record<ProfileCategory, string> = {
  application: '#f4a261',
  'database-driver': '#6cb2eb',
  orm: '#9fd0f5',
  gc: '#ec7f7f',
  allocation: '#f5b0b0',
  lock: '#d4a5e8',
  serialization: '#f2d14f',
  regex: '#f28cba',
  crypto: '#b7a3e0',
  compression: '#a3aee0',
  logging: '#cdb98a',
  templating: '#a9d97f',
  reflection: '#7fd0c6',
  'network-io': '#57c4cc',
  'file-io': '#86bfa9',
  'module-load': '#b5c9b6',
  framework: '#cfd8dc',
  runtime: '#b3c0c8',
  native: '#cdb9a8',
  kernel: '#b0b096',
  unknown: '#d6d6d6',
};

export const inkOnColour = '#15181c';
