import { z } from 'zod';
import { average, plural } from '../../diagnosis/figures.js';
import type { Standing, StandingSite } from '../../model/standing.js';
import type { Describing } from '../capture-kind.js';
import { shapedAs, type CaptureDocument } from '../document.js';

const frameSchema = z.looseObject({ name: z.string(), module: z.string(), line: z.number().nullable() });

const siteSchema = z.looseObject({
  frame: frameSchema,
  called: frameSchema.nullable(),
  standing: z.number(),
  isInLoop: z.boolean(),
  perSecond: z.number().optional(),
});

/** A part of the capture of the profile: who reads the stacks of a runtime reads those that wait, too. */
export const standingDocument: CaptureDocument<Standing> = {
  what: 'where the threads of the service stood',
  name: 'standing.json',
  artifactKind: 'profile',
  schema: shapedAs<Standing>(
    z.looseObject({
      what: z.string(),
      looks: z.number(),
      windowMs: z.number(),
      sites: z.array(siteSchema),
    }),
  ),
};

/** Fewer places than this are told in a sentence of evidence. */
const toldSites = 4;

export function describeStanding({ read, book }: Describing): string[] {
  const standing = read(standingDocument);
  if (standing === null || standing.sites.length === 0) return [];
  const { what, looks, sites } = standing;
  const places = sites.slice(0, toldSites).map((site) => `${average(site.standing)} at ${siteText(site)}`);
  const seen =
    what === 'awaits'
      ? `where asynchronous code waits (${plural(looks, 'await')} followed)`
      : `stacks of all ${what} (${plural(looks, 'look')})`;
  return [book.add('profile', `${seen}, by the service's own code: ${places.join(', ')}`, standingDocument.name)];
}

/** `refresh (stock.py:8)`, and what it had called there. */
export function siteText({ frame, called }: StandingSite): string {
  const place = `${frame.name} (${frame.module}${frame.line === null ? '' : `:${frame.line}`})`;
  return called === null ? place : `${place}, in ${called.name}`;
}
