// https://jmeter.apache.org/usermanual/listeners.html#csvlogformat (CSV) and #xmlformat (XML).
import { UnreadableInputError } from '../../model/errors.js';
import type { LoadResult } from '../../model/load-result.js';
import { timeoutKey } from '../own-metrics.js';
import { forEachRow, leftOut, refuseMany } from './csv-rows.js';
import type { LoadFileFormat } from './format.js';
import { createRequestTally, type ListedRequest } from './request-tally.js';
import { forEachSample, isTransaction } from './jmeter-xml.js';

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
    const run = createRun();
    const notes = await forEachRow(all, 'jmeter', ['timeStamp', 'elapsed', 'success'], (row) => addRow(run, row), { separator, ...header });
    return finish(run, notes);
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

/** Requests, and apart from them the transactions that sum some of them up. */
interface Run {
  requests: Tally;
  transactions: Tally;
  seen: { requests: number; transactions: number; inTransactions: number };
}

function createRun(): Run {
  const tally = (): Tally => createRequestTally('jmeter-jtl');
  return { requests: tally(), transactions: tally(), seen: { requests: 0, transactions: 0, inTransactions: 0 } };
}

/** "Generate parent sample" leaves nothing but transactions in a CSV; else their requests have lines of their own. */
function finish({ requests, transactions, seen }: Run, notes: readonly string[] = []): LoadResult {
  if (seen.requests === 0 && seen.transactions > 0)
    return transactions.finish([...notes, 'each time is that of a transaction: the file lists none of the requests in it']);
  const isPart = seen.inTransactions > seen.requests;
  const left = `${seen.transactions} transactions are left out: they count ${seen.inTransactions} requests, of which the file lists ${seen.requests}`;
  return requests.finish(isPart ? [...notes, left] : [...notes]);
}

function addRow(run: Run, row: (column: string) => string): boolean {
  const startedAtMs = timeOf(row('timeStamp'));
  const ms = row('elapsed') === '' ? Number.NaN : Number(row('elapsed'));
  if (!Number.isFinite(startedAtMs) || !Number.isFinite(ms)) return false;
  requireOne(row('SampleCount'));
  addSample(run, {
    startedAtMs,
    ms,
    label: row('label'),
    success: row('success'),
    code: row('responseCode'),
    message: row('responseMessage'),
  });
  return true;
}

/** Statistical senders of remote tests sum samples up: their times are no times of requests. */
function requireOne(count: string): void {
  if (count === '' || Number(count) <= 1) return;
  throw new UnreadableInputError(
    `jmeter: expected one sample in each line, got the sum of ${count}; run the test with mode=StrippedBatch instead of Statistical, which keeps them apart`,
  );
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

function addSample(run: Run, { startedAtMs, ms, label, success, code, message }: Sample): void {
  const isFailed = success.toLowerCase() !== 'true';
  const request: ListedRequest = { startedAtMs, ms, isFailed, error: isFailed ? errorOf(code, message) : null, name: label };
  if (isTransaction(message)) {
    run.seen.transactions++;
    run.seen.inTransactions += Number(/ : (\d+)/.exec(message)?.[1] ?? 0);
    run.transactions.add(request);
  } else {
    run.seen.requests++;
    run.requests.add(request);
  }
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
  const run = createRun();
  let samples = 0;
  const remains = await forEachSample(source, (attribute) => {
    samples++;
    const [startedAtMs, ms] = [numberOf(attribute('ts')), numberOf(attribute('t'))];
    if (!Number.isFinite(startedAtMs) || !Number.isFinite(ms)) {
      throw new UnreadableInputError(
        `jmeter: expected the attributes ts and t in every sample, sample ${samples} has none; let JMeter save time stamps and elapsed times`,
      );
    }
    requireOne(attribute('sc'));
    addSample(run, { startedAtMs, ms, label: attribute('lb'), success: attribute('s'), code: attribute('rc'), message: attribute('rm') });
  });
  const tally = { rows: samples, bad: remains.count, firstBad: remains.first };
  refuseMany('jmeter', tally, 'samples');
  const cut = remains.isEnded ? [] : ['the file ends before `</testResults>`: JMeter was ended early, or the file is cut off'];
  return finish(run, [...leftOut(tally, 'samples are cut off or broken'), ...cut]);
}

/** NaN where there is nothing. */
function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
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
