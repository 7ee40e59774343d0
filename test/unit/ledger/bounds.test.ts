import { describe, expect, it } from 'vitest'
import { quantitiesIn, unitOf } from '../../../src/core/ledger/quantity.js'
import { boundIn, each, MET, measured, NOT, type Row, record, says, UNKNOWN } from './records.js'

describe('bounds', () => {
  const LEAST = [
    'at least',
    'over',
    'more than',
    'minimum of',
    'longer than',
    'larger than',
    'greater than',
    'beyond',
    'exceeding',
    'up to',
    '>=',
    '≥',
    '>',
  ]
  const MOST = [
    'in under',
    'under',
    'below',
    'less than',
    'at most',
    'within',
    'no more than',
    'maximum of',
    'faster than',
    'fewer than',
    'smaller than',
    '<=',
    '≤',
    '<',
  ]
  const pages = (n: number) => measured('maxPages', n, 'pages')
  it.each(
    each([
      ...LEAST.flatMap((words): Row[] => [
        [`${words} 100 pages`, pages(100), MET],
        [`${words} 100 pages`, pages(99), NOT],
      ]),
      ...MOST.flatMap((words): Row[] => [
        [`${words} 100 pages`, pages(100), MET],
        [`${words} 100 pages`, pages(101), NOT],
      ]),
      ['100 pages', pages(99), NOT],
      ['384 dimensions', measured('maxDimensions', 4096), MET],
      ['at least 50 languages', measured('languagesSupported', 99), MET],
      ['at least 50 languages', measured('languagesSupported', 9), NOT],
      ['over 2 billion parameters', measured('parameters', '1.55 billions'), NOT],
      ['at least 100 connectors', measured('connectors', 400), MET],
      ['at least 100 apps', measured('integrations', '400 nodes'), MET],
      ['at least 30 regions', measured('regions', 18), NOT],
      ['at least 99.9 percent', measured('sla', 99.95, '%'), MET],
      ['latency under 300 ms', measured('latency', 0.3, 'seconds'), MET],
      ['responds within 300 milliseconds', measured('latency', 301, 'ms'), NOT],
      ['cold starts under 2 seconds', measured('coldStart', 3, 'seconds'), NOT],
      ['jobs longer than 2 hours', measured('maxTimeout', 90, 'minutes'), NOT],
      ['runs for 2 hours', measured('maxTimeout', 1, 'day'), MET],
      ['runs for an hour', measured('maxTimeout', 3600, 'seconds'), MET],
      ['runs for ten minutes', measured('maxTimeout', 599, 'seconds'), NOT],
      ['retention for two weeks', measured('maxRetention', 14, 'days'), MET],
      ['retention for a month', measured('maxRetention', 14, 'days'), NOT],
      ['files over 2 GB', measured('maxFileSize', 2000, 'MB'), MET],
      ['files over 2 GiB', measured('maxFileSize', 1, 'TB'), MET],
      ['files over 2 GB', measured('maxFileSize', 500, 'kB'), NOT],
      ['messages over 200 KB', measured('maxMessageSize', 256, 'KB'), MET],
      ['records over 1 MB', measured('maxRecordSize', 400, 'KB'), NOT],
      ['values over 1 MB', measured('maxValueSize', 25, 'MB'), MET],
      ['memory over 8 GB', measured('memoryLimit', 4, 'GB'), NOT],
      ['metadata over 10 KB', measured('maxMetadataPerRecord', 40, 'KB'), MET],
      ['context over 100k tokens', measured('contextWindow', 128_000, 'tokens'), MET],
      ['context over 1 million tokens', measured('contextWindow', 128_000, 'tokens'), NOT],
      ['8k token inputs', measured('maxInput', 512, 'word pieces'), NOT],
      ['outputs over 4k tokens', measured('maxOutput', 8192, 'tokens'), MET],
      // "start" asks for the cold start, not for the time of an answer, stated or not
      [
        'cold starts under 2 seconds latency',
        record({ attributes: { latency: { value: 1, unit: 's' }, coldStart: { value: 3, unit: 's' } } }),
        NOT,
      ],
      ['cold starts under 2 seconds latency', measured('latency', 1, 's'), UNKNOWN],
      // what the user must bring is no bound of the tool
      [
        'files over 2 GB',
        record({ capabilities: [{ name: 'Taking', description: 'It does.', requires: ['Files of 5 GB.'] }] }),
        UNKNOWN,
      ],
      // the unit or the subject is another one
      ['files over 2 GB', measured('maxFileSize', 20, 'pages'), UNKNOWN],
      ['files over 2 GB', measured('memoryLimit', 20, 'GB'), UNKNOWN],
      ['files over 2 GB', measured('maxFileSize', 'large'), UNKNOWN],
      // sentences, when no attribute is stated
      ['files over 2 GB', says('It takes files of 5 GB.'), MET],
      ['files over 2 GB', says('It takes files of up to 1 GB.'), NOT],
      ['files over 2 GB', says('It takes files, often of 1 GB.'), UNKNOWN],
      ['files over 2 GB', says('It takes mails of up to 1 GB.'), UNKNOWN],
      ['answers within 2 seconds', says('Answers come within 1 second.'), MET],
      ['answers within 2 seconds', says('Answers come after 1 second.'), UNKNOWN],
      ['answers within 2 seconds', says('Answers come within 3 seconds.'), UNKNOWN],
      [
        'files over 2 GB',
        record({
          capabilities: [{ name: 'Taking files', description: 'It does.', limitations: ['Files have 1 GB.'] }],
        }),
        NOT,
      ],
    ]),
  )('%s: %s', (need, state, of) => expect(boundIn(need, of)).toBe(state))

  it('units have a base and a factor', () => {
    const base = (name: string) => Object.values(unitOf(name))
    expect(['ms', 'seconds', 'sec', 'mins', 'hours', 'day', 'weeks', 'month', 'years'].map(base)).toEqual(
      [1e-3, 1, 1, 60, 3600, 86_400, 604_800, 2_592_000, 31_536_000].map((factor) => ['second', factor]),
    )
    expect(['bytes', 'KB', 'MiB', 'gb', 'TiB', 'kib', 'MB', 'gib', 'tb'].map(base)).toEqual(
      [1, 1e3, 1e6, 1e9, 1e12, 1e3, 1e6, 1e9, 1e12].map((factor) => ['byte', factor]),
    )
    expect(['%', 'percent', 'Tokens', 'word pieces', 'billions', 'million', 'Pages', 'as'].map(base)).toEqual([
      ['percent', 1],
      ['percent', 1],
      ['token', 1],
      ['token', 1],
      ['', 1e9],
      ['', 1e6],
      ['page', 1],
      ['as', 1],
    ])
  })

  it('finds the quantities of a text with what stands before them', () => {
    expect(quantitiesIn('Up to 1,500 pages, 2.5 GB or 200k tokens; 8k-token inputs, 7 billion parameters')).toEqual([
      { amount: 1500, unit: 'page', before: 'up to ' },
      { amount: 2.5e9, unit: 'byte', before: 'up to 1,500 pages, ' },
      { amount: 200_000, unit: 'token', before: expect.stringMatching(/2\.5 gb or $/) },
      { amount: 8000, unit: 'token', before: expect.stringMatching(/tokens; $/) },
      { amount: 7e9, unit: 'parameter', before: expect.stringMatching(/inputs, $/) },
    ])
    expect(quantitiesIn('nothing here')).toEqual([])
  })
})
