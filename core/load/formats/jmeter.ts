// https://jmeter.apache.org/usermanual/listeners.html#csvlogformat (CSV) and #xmlformat (XML).
import { UnreadableInputError } from '../../model/errors.js';
import type { LoadResult } from '../../model/load-result.js';
import { timeoutKey } from '../own-metrics.js';
import { forEachRow } from './csv-rows.js';
import type { LoadFileFormat } from './format.js';
import { createRequestTally, type ListedRequest } from './request-tally.js';
import { forEachSample } from './jmeter-xml.js';

const command = 'jmeter -n -t plan.jmx -l result.jtl';
const exactness = 'exact from single samples (whole milliseconds); transaction controllers are left out, since their samples are counted';

/** JMeter's column order when `jmeter.save.saveservice.print_field_names` is off. */
const defaultColumns =
  'timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect'.split(
    ',',
  );

const firstOfHeader = /^\uFEFF?timeStamp[,;\t]elapsed[,;\t]/;
const firstOfRow = /^\d{13}[,;\t]\d+[,;\t]/;

export const jmeterCsv: LoadFileFormat = {
  id: 'jmeter-jtl',
  expects: "JMeter's JTL (CSV or XML)",
  tool: 'JMeter 5 (CSV)',
  command,
  exactness,
  detect: ({ text }) => (firstOfHeader.test(text) || isHeaderless(text) ? 'yes' : 'no'),
  read: async (source) => {
    const { first, all } = await peekLine(source);
    const separator = /[,;\t]/.exec(first)?.[0] ?? ',';
    const header = firstOfHeader.test(first) ? {} : { header: defaultColumns };
    const tally = createRequestTally('jmeter-jtl');
    await forEachRow(all, 'jmeter', ['timeStamp', 'elapsed', 'success'], (row) => addRow(tally, row), { separator, ...header });
    return tally.finish();
  },
};

export const jmeterXml: LoadFileFormat = {
  id: 'jmeter-xml',
  expects: "JMeter's JTL (CSV or XML)",
  tool: 'JMeter 5 (XML)',
  command: 'jmeter -n -t plan.jmx -Jjmeter.save.saveservice.output_format=xml -l result.jtl',
  exactness,
  detect: ({ text }) => (/^\s*(?:<\?xml[^>]*>\s*)?<testResults\b/.test(text) ? 'yes' : 'no'),
  read: readXml,
};

function isHeaderless(text: string): boolean {
  const [line = ''] = text.split('\n', 1);
  return firstOfRow.test(line) && line.split(/[,;\t]/).length >= defaultColumns.length && /[,;\t](true|false)[,;\t]/.test(line);
}

type Tally = ReturnType<typeof createRequestTally>;

function addRow(tally: Tally, row: (column: string) => string): boolean {
  const startedAtMs = timeOf(row('timeStamp'));
  const ms = row('elapsed') === '' ? Number.NaN : Number(row('elapsed'));
  if (!Number.isFinite(startedAtMs) || !Number.isFinite(ms)) return false;
  addSample(tally, {
    startedAtMs,
    ms,
    label: row('label'),
    success: row('success'),
    code: row('responseCode'),
    message: row('responseMessage'),
  });
  return true;
}

/** Milliseconds since 1970, or the date of `jmeter.save.saveservice.timestamp_format` where it is one that can be read. */
function timeOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Date.parse(text.replaceAll('/', '-').replace(' ', 'T'));
}

interface Sample {
  startedAtMs: number;
  ms: number;
  label: string;
  success: string;
  code: string;
  message: string;
}

function addSample(tally: Tally, { startedAtMs, ms, label, success, code, message }: Sample): void {
  // A transaction controller sums up requests that have lines of their own.
  if (message.startsWith('Number of samples in transaction')) return;
  const isFailed = success.toLowerCase() !== 'true';
  const request: ListedRequest = { startedAtMs, ms, isFailed, error: isFailed ? errorOf(code, message) : null, name: label };
  tally.add(request);
}

function errorOf(code: string, message: string): string {
  if (/^[123]\d\d$/.test(code)) return 'assertion failed';
  if (/^\d{3}$/.test(code)) return `HTTP ${code}`;
  const said = `${code} ${message}`;
  if (/Timeout|timed out/i.test(said)) return timeoutKey;
  if (/refused|HttpHostConnect/i.test(said)) return 'connection refused';
  if (/reset|NoHttpResponse/i.test(said)) return 'connection reset';
  return /UnknownHost/i.test(said) ? 'name not resolved' : 'no answer';
}

async function readXml(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const tally = createRequestTally('jmeter-jtl');
  let samples = 0;
  await forEachSample(source, (attribute) => {
    samples++;
    const startedAtMs = Number(attribute('ts'));
    const ms = Number(attribute('t'));
    if (!Number.isFinite(startedAtMs) || !Number.isFinite(ms)) {
      throw new UnreadableInputError(
        `jmeter: expected the attributes ts and t in every sample, sample ${samples} has none; let JMeter save time stamps and elapsed times`,
      );
    }
    addSample(tally, { startedAtMs, ms, label: attribute('lb'), success: attribute('s'), code: attribute('rc'), message: attribute('rm') });
  });
  return tally.finish();
}

/** The first line decides about header and separator; the source is given back whole. */
async function peekLine(source: AsyncIterable<Uint8Array>): Promise<{ first: string; all: AsyncIterable<Uint8Array> }> {
  const reader = source[Symbol.asyncIterator]();
  const head = await reader.next();
  const [first = ''] = head.done === true ? [''] : new TextDecoder().decode(head.value).split('\n', 1);
  async function* again(): AsyncGenerator<Uint8Array> {
    for (let part = head; part.done !== true; part = await reader.next()) yield part.value;
  }
  return { first, all: again() };
}
