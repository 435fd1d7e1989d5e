import type { StatusPages } from '../../client/hook/pages/status-page.js';
import type { PageIncidents } from '../../client/hook/pages/page-incidents.js';

/** For tests of the hook in which nobody opens a page: one that is opened after all fails. */
export const noPages: PageIncidents = {
  list: () => Promise.reject(new Error('no pages here')),
  status: () => Promise.reject(new Error('no pages here')),
  act: () => Promise.reject(new Error('no pages here')),
  declare: () => Promise.reject(new Error('no pages here')),
  onCall: () => Promise.reject(new Error('no pages here')),
};

export const noStatusPages: StatusPages = () => Promise.resolve(null);
