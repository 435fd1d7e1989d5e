import { basename } from 'node:path';
import { text } from '../../config/catalog-fields.js';
import type { ProfileCapture, ProfileSource } from './profiler.js';

export const profileFile: ProfileSource = {
  field: 'file',
  title: 'a profile that somebody else has taken, in any format that is read',
  schema: text('the path of a profile', 'write e.g. { file: captures/shop.folded }'),
  example: 'captures/shop.folded',
  isPath: true,
  capture: readGivenProfile,
};

export async function readGivenProfile(path: string): Promise<ProfileCapture> {
  const profile = await (await import('../artifacts/profile-file.js')).readProfileFile(path);
  const raw = { name: 'profile.json', content: JSON.stringify({ source: basename(path) }) };
  return { profile, context: {}, raw, trace: null, missing: [] };
}
