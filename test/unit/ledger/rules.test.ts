import { describe, expect, it } from 'vitest'
import type { Pricing, ToolRecord } from '../../../src/core/catalogue.js'
import { constraintsOf } from '../../../src/core/ledger/constraints.js'
import { isDenied, mentions, partsOf } from '../../../src/core/ledger/polarity.js'
import { quantitiesIn, unitOf } from '../../../src/core/ledger/quantity.js'
import { requirementsOf, splitIntent } from '../../../src/core/ledger/split.js'
import { sentencesOf, viewOf } from '../../../src/core/ledger/statements.js'
import { contentOf, namesKind } from '../../../src/core/ledger/topic.js'
import { isClosedList } from '../../../src/core/ledger/verdict.js'
import { ledgerFor } from './exam.js'

const record = (fields: Partial<ToolRecord> = {}): ToolRecord => ({
  slug: 'a',
  name: 'A',
  type: 'platform',
  description: '',
  capabilities: [{ name: 'Doing it', description: 'It is done.' }],
  ...fields,
})
const says = (description: string) => record({ capabilities: [{ name: 'Doing it', description }] })
const facts = (values: Record<string, string | number | boolean>, more: Partial<ToolRecord> = {}) =>
  record({ ...more, attributes: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])) })
const measured = (name: string, value: number | string, unit?: string) =>
  record({ attributes: { [name]: { value, ...(unit && { unit }) } } })
const priced = (pricing: Pricing) => record({ pricing })

/** What the record says to a need that is one requirement. */
function stateOf(need: string, of: ToolRecord): string {
  const ledger = ledgerFor(need, of)
  expect(ledger, JSON.stringify(ledger)).toHaveLength(1)
  return ledger[0]!.state
}
const MET = 'met'
const NOT = 'not-met'
const UNKNOWN = 'unknown'
/** Of a bound in a need, whatever else it asks for. */
const boundIn = (need: string, of: ToolRecord): string | undefined =>
  ledgerFor(need, of).find((one) => /\d|\b(?:an?|two|ten)\b/.test(one.requirement))?.state
type Row = [need: string, of: ToolRecord, state: string]
const each = (rows: Row[]): [string, string, ToolRecord][] => rows.map(([need, of, state]) => [need, state, of])

describe('price', () => {
  const monthly = (amount: number, currency = 'USD', per = 'month') =>
    priced({ model: 'paid', startingPrice: { amount, currency, per } })
  it.each(
    each([
      ...['free', 'free tier', 'for free', 'at no cost', 'costs nothing', 'without paying', 'no-cost'].flatMap(
        (need): Row[] => [
          [need, priced({ model: 'free' }), MET],
          [need, priced({ model: 'paid' }), NOT],
          [need, priced({ model: 'unknown' }), UNKNOWN],
          [need, record(), UNKNOWN],
        ],
      ),
      ['free', priced({ model: 'freemium', freeTier: true }), MET],
      ['under $10 a month', monthly(10), MET],
      ['under $10 a month', monthly(10.5), NOT],
      ['below 10 dollars per month', monthly(9), MET],
      ['at most 10 usd per month', monthly(9), MET],
      ['no more than €10 per month', monthly(9, 'EUR'), MET],
      ['less than 10 euros per month', monthly(11, 'EUR'), NOT],
      ['cheaper than £10 per month', monthly(9, 'GBP'), MET],
      ['up to 10 gbp per month', monthly(9, 'USD'), UNKNOWN],
      ['under $1,000 a month', monthly(900), MET],
      ['under $10', monthly(9), MET],
      ['under $10', monthly(9, 'USD', 'year'), UNKNOWN],
      ['under $10 per user and month', monthly(9, 'USD', 'user and month'), MET],
      ['under $1 per million tokens', monthly(2, 'USD', '2 million tokens'), MET],
      ['under $1 per million tokens', monthly(3, 'USD', '2 million tokens'), NOT],
      ['under $1 per 1k requests', monthly(0.002, 'USD', 'request'), NOT],
      ['under $1 per 1k requests', monthly(0.001, 'USD', 'request'), MET],
      ['under $1 per 1k requests', monthly(1.25, 'USD', '1.25k requests'), MET],
      ['under $1 per 1k requests', monthly(1.26, 'USD', '1.25k requests'), NOT],
      ['under $1 per 3 million tokens', monthly(1, 'USD', '3 million tokens'), MET],
      ['under $1 per 3 million tokens', monthly(1, 'USD', '2 million tokens'), NOT],
      ['under $1 per thousand requests', monthly(0.001, 'USD', 'request'), MET],
      ['under $1 per million requests', monthly(1, 'USD', '1M requests'), MET],
      ['under $1 per 1000 pages', monthly(1.5, 'USD', '1,000 pages'), NOT],
      ['under $10 a month', priced({ model: 'open-source' }), MET],
      ['under $10 a month', priced({ model: 'free' }), MET],
      ['under $10 a month', priced({ model: 'paid' }), UNKNOWN],
      ['under $10 a month', record(), UNKNOWN],
    ]),
  )('%s: %s', (need, state, of) => expect(stateOf(need, of)).toBe(state))
})

describe('licence', () => {
  const under = (license: string, more: Partial<ToolRecord> = {}) => record({ license, ...more })
  it.each(
    each([
      ['MIT licensed', under('MIT'), MET],
      ['MIT licensed', under('MIT-0'), NOT],
      ['MIT licence', under('Apache-2.0 OR MIT'), MET],
      ['Apache 2.0 license', under('Apache-2.0'), MET],
      ['BSD licence', under('BSD-3-Clause'), MET],
      ['GPL licence', under('AGPL-3.0'), MET],
      ['LGPL licence', under('LGPL-2.1'), MET],
      ['LGPL licence', under('GPL-3.0'), NOT],
      ['Mozilla license', under('MPL-2.0'), MET],
      ...['MIT', 'Apache-2.0', 'BSD-2-Clause', 'ISC', 'PostgreSQL', 'Zlib', 'Unlicense', 'blessing', 'CC0-1.0'].flatMap(
        (one): Row[] => [
          ['permissive license', under(one), MET],
          ['open source', under(one), MET],
        ],
      ),
      ['liberal license', under('MIT'), MET],
      ['permissive license', under('GPL-3.0'), NOT],
      ...['GPL-3.0', 'AGPL-3.0', 'LGPL-3.0', 'MPL-2.0'].map((one): Row => ['copyleft license', under(one), MET]),
      ['copyleft license', under('MIT'), NOT],
      ['copyleft license', record(), UNKNOWN],
      ['open source', under('proprietary'), NOT],
      ['FOSS', under('proprietary OR GPL-3.0'), MET],
      ['open-sourced', under('EPL-2.0'), MET],
      ['libre', under('BUSL-1.1'), NOT],
      ['open source', record(), UNKNOWN],
      ['open source', facts({ openSource: true }, { license: 'proprietary' }), MET],
      ['open source', facts({ openSource: false }, { license: 'MIT' }), NOT],
      ['open weights', under('proprietary', { type: 'model' }), NOT],
      ['open-weight', under('llama', { type: 'model' }), MET],
      ['open weights', under('MIT'), UNKNOWN],
    ]),
  )('%s: %s', (need, state, of) => expect(stateOf(need, of)).toBe(state))
})

describe('where it runs', () => {
  const hosting = (value: string) => facts({ hosting: value })
  const own = ['self-hosted', 'self-hostable', 'on-prem', 'on premises', 'on our own servers', 'host it ourselves']
  const cloud = [
    'managed',
    'fully managed',
    'serverless',
    'SaaS',
    'hosted service',
    'no servers to manage',
    'without running servers',
  ]
  const offline = [
    'offline',
    'works offline',
    'air-gapped',
    'locally',
    'on my laptop',
    'without internet',
    'no network',
    'without a cloud connection',
  ]
  it.each(
    each([
      ...own.flatMap((need): Row[] => [
        [need, hosting('self-hosted'), MET],
        [need, hosting('local'), MET],
        [need, hosting('both'), MET],
        [need, hosting('managed'), NOT],
        [need, hosting('somewhere'), UNKNOWN],
        [need, says('It can be self-hosted.'), MET],
        [need, says('It runs on-prem.'), MET],
        [need, record(), UNKNOWN],
      ]),
      ...cloud.flatMap((need): Row[] => [
        [need, hosting('managed'), MET],
        [need, hosting('both'), MET],
        [need, hosting('self-hosted'), NOT],
        [need, hosting('local'), NOT],
        [need, says('A hosted cloud is offered.'), MET],
        [need, says('A managed version exists.'), MET],
        [need, says('There is a serverless one.'), MET],
      ]),
      ...offline.flatMap((need): Row[] => [
        [need, facts({ offline: true, hosting: 'managed' }), MET],
        [need, facts({ offline: false, hosting: 'local' }), NOT],
        [need, hosting('local'), MET],
        [need, hosting('managed'), NOT],
        [need, hosting('both'), UNKNOWN],
        [need, says('It works offline.'), MET],
        [need, says('It runs on your own machine.'), MET],
        [need, says('It is run locally.'), MET],
      ]),
      ...['EU', 'Europe', 'Frankfurt', 'Ireland', 'Dublin', 'Paris', 'Stockholm', 'Amsterdam', 'eu-west-1'].map(
        (place): Row => ['in the EU', says(`Data lies in ${place}.`), MET],
      ),
      ...['US', 'United States', 'Virginia', 'Oregon', 'Ohio', 'us-east-1'].flatMap((place): Row[] => [
        ['in the US', says(`Data lies in ${place}.`), MET],
        ['with EU data residency', says(`Data lies in ${place}.`), UNKNOWN],
      ]),
      ['US region', says('Data lies in Paris.'), UNKNOWN],
    ]),
  )('%s: %s', (need, state, of) => expect(stateOf(need, of)).toBe(state))
})

describe('facts', () => {
  const auth = (value: 'none' | 'api-key') =>
    record({ execution: { protocol: 'http', auth: value } as ToolRecord['execution'] })
  it.each(
    each([
      ...['no account', 'without an API key', 'no sign-up', 'without registration', 'needs no login'].flatMap(
        (need): Row[] => [
          [need, auth('none'), MET],
          [need, auth('api-key'), NOT],
          [need, record(), UNKNOWN],
        ],
      ),
      ...['Runs on CPUs.', 'Runs on a CPU.', 'Runs on plain CPUs.', 'Needs no GPU.'].map(
        (text): Row => ['without a GPU', says(text), MET],
      ),
      ['on a GPU', facts({ gpu: 'none' }), NOT],
      ['on a GPU', facts({ gpu: 'not needed' }), NOT],
      ['on a GPU', facts({ gpu: 'withdrawn in 2024' }), NOT],
      ['on a GPU', facts({ gpu: 'A100, H100' }), MET],
      ['on a GPU', says('It needs CUDA.'), MET],
      ['on a GPU', record(), UNKNOWN],
      ['without a GPU', facts({ gpu: 'none' }), MET],
      ['without a GPU', facts({ gpu: 'optional' }), MET],
      ['without a GPU', facts({ gpu: 'a CPU does' }), MET],
      ['CPU-only', says('It runs on a laptop CPU.'), MET],
      ['no GPU needed', says('It works without a GPU.'), MET],
      ['without a GPU', facts({ gpu: 'A100' }), UNKNOWN],
      ...['SSO', 'SAML', 'SCIM', 'HIPAA', 'GDPR', 'PCI'].flatMap((need): Row[] => [
        [need, says(`${need} is supported.`), MET],
        [need, says(`${need} is not supported.`), NOT],
        [need, record(), UNKNOWN],
      ]),
      ['SOC 2 type II', says('It is SOC 2 certified.'), MET],
      ['ISO 27001 certified', says('Certified: SOC 2, ISO, HIPAA.'), MET],
      ['ISO 27001', says('It has ISO 27001.'), MET],
      ['single sign-on', says('SSO is included.'), MET],
      ['RBAC', says('Access by roles.'), MET],
      ['role-based access control', says('It has RBAC.'), MET],
      ['scale to zero', facts({ scaleToZero: true }), MET],
      ['scales to zero', facts({ scaleToZero: false }), NOT],
      ['scaling to zero', says('Machines scale to zero.'), MET],
      ['streaming', facts({ streaming: false }), NOT],
      ['streaming', says('Answers are streamed.'), MET],
      ['multilingual', facts({ languagesSupported: 2 }), MET],
      ['multilingual', facts({ languagesSupported: 1 }), UNKNOWN],
      ['multilingual', facts({ multilingual: false }), NOT],
      ['multilingual', says('It knows 40 languages.'), MET],
      ['exactly-once delivery', facts({ deliveryGuarantee: 'at-least-once, exactly-once' }), MET],
      ['exactly once', facts({ deliveryGuarantee: 'at-least-once' }), NOT],
      ['at least once', says('Delivery is at-least-once.'), MET],
      ['at-most-once', says('Delivery is at-least-once.'), UNKNOWN],
      ['over MCP', says('It has a Model Context Protocol server.'), MET],
      ['over MCP', says('It has an MCP server.'), MET],
      ['HTTP API', says('It answers over HTTPS.'), MET],
      ['WebSockets', says('A WebSocket is open.'), MET],
      ['WebSocket', says('It uses WebSockets.'), MET],
      ['gRPC', says('It speaks grpc.'), UNKNOWN],
      ['stdio', says('It speaks Stdio.'), MET],
      ['MQTT 5', says('It speaks MQTT 3.1.1.'), UNKNOWN],
      ['MQTT 5', says('It speaks MQTT 5.'), MET],
      ['Neovim', facts({ ideSupport: 'VS Code, Neovim' }), MET],
      ['IntelliJ', facts({ ideSupport: 'VS Code, JetBrains' }), MET],
      ['Visual Studio Code', facts({ ideSupport: 'VSCode' }), MET],
      ['Emacs', facts({ ideSupport: 'VS Code, JetBrains' }), NOT],
      ['Emacs', facts({ ideSupport: 'VS Code and others' }), UNKNOWN],
      ['VS Code', facts({ ideSupport: 'its own, based on VS Code' }), NOT],
      ['in Xcode', says('It is an Xcode plug-in.'), MET],
      ['PostgreSQL', says('It stores in Postgres.'), MET],
      ['MySQL', facts({ databases: 'PostgreSQL, SQLite' }), NOT],
      ['MySQL', facts({ persistence: 'PostgreSQL, SQLite and more' }), UNKNOWN],
      ['MySQL', facts({ storageModel: 'columns' }), UNKNOWN],
      ['Oracle', says('It reads Oracle.'), MET],
      ['in German', says('It speaks German.'), MET],
      ['in German', says('It is English-only.'), NOT],
      ['in German', says('English is the only language.'), NOT],
      ['in German', facts({ multilingual: false }), NOT],
      ['in German', facts({ multilingual: true }), UNKNOWN],
      ['in the browser', says('It runs in a browser.'), MET],
      ['in a browser', says('It is WebAssembly.'), MET],
      ['on macOS', says('It runs on Apple machines.'), MET],
      ['on Mac', says('It runs on macOS.'), MET],
      ['on Windows', says('It does not run on Windows.'), NOT],
    ]),
  )('%s: %s', (need, state, of) => expect(stateOf(need, of)).toBe(state))
})

describe('formats', () => {
  const lists = (inputFormats: string | undefined, outputFormats: string | undefined) =>
    facts({ ...(inputFormats && { inputFormats }), ...(outputFormats && { outputFormats }) })
  /** The entry for the format itself. */
  const format = (need: string, of: ToolRecord) =>
    ledgerFor(need, of).find((one) => /^(?:csv|pdf)/i.test(one.requirement))?.state
  it.each(
    each([
      ['CSV', lists('CSV, PDF', undefined), MET],
      ['CSV', lists(undefined, 'CSV'), MET],
      ['CSV', lists('PDF', 'HTML'), NOT],
      ['CSV', lists('PDF and others', undefined), UNKNOWN],
      ['CSV files', says('It knows CSV.'), MET],
      ['CSV', says('CSV is not supported.'), NOT],
      ['CSV output', lists('CSV', 'HTML'), NOT],
      ['CSV input', lists('HTML', 'CSV'), NOT],
      ['CSV export', lists('HTML', 'CSV'), MET],
      ['writes CSV', lists('CSV', 'HTML'), NOT],
      ['convert it to CSV', lists('CSV', 'HTML'), NOT],
      ['reads CSV', lists('HTML', 'CSV'), NOT],
      ['import CSV', lists('CSV', 'HTML'), MET],
      ['CSV', lists('x.csv', 'HTML'), NOT],
      // what comes out proves nothing of what goes in, nor the other way round
      ['reads CSV', lists(undefined, 'CSV'), UNKNOWN],
      ['writes CSV', lists('CSV', undefined), UNKNOWN],
    ]),
  )('%s: %s', (need, state, of) => expect(format(need, of)).toBe(state))
})

describe('programming languages', () => {
  const command = (protocol: string, text: string) =>
    record({ type: 'framework', execution: { protocol, command: text } as ToolRecord['execution'] })
  const NAMES = [
    'Python',
    'TypeScript',
    'JavaScript',
    'Java',
    'Rust',
    'Go',
    'Kotlin',
    'C#',
    'C++',
    'Ruby',
    'PHP',
    'Swift',
    'Elixir',
    'Scala',
    'Dart',
  ]
  it.each(
    each([
      ...NAMES.flatMap((name): Row[] => [
        [`written in ${name}`, facts({ writtenIn: `C, ${name}` }), MET],
        [`written in ${name}`, facts({ writtenIn: 'C' }), NOT],
        [`implemented in ${name}`, says(`It is written in ${name}.`), MET],
        [`from ${name}`, facts({ sdkLanguages: `Perl, ${name}` }), MET],
        [`${name} SDK`, facts({ sdkLanguages: 'Perl' }), NOT],
        [`${name} client`, facts({ sdkLanguages: 'Perl and more' }), UNKNOWN],
        [`from ${name}`, says(`It has ${name} bindings.`), MET],
        [`for ${name}`, says(`There are clients for ${name}.`), MET],
      ]),
      ...(['framework', 'cli', 'platform'] as const).map(
        (type): Row => ['from Python', facts({ writtenIn: 'Python' }, { type }), type === 'platform' ? UNKNOWN : MET],
      ),
      [
        'from Python',
        facts({ writtenIn: 'Python' }, { execution: { protocol: 'library' } as ToolRecord['execution'] }),
        MET,
      ],
      ['from Java', facts({ sdkLanguages: 'JavaScript' }), NOT],
      ['from JavaScript', facts({ sdkLanguages: 'TypeScript' }), MET],
      ['from Node.js', facts({ sdkLanguages: 'JavaScript' }), MET],
      ['from .NET', facts({ sdkLanguages: 'C#' }), MET],
      ['in Golang', facts({ sdkLanguages: 'Go' }), MET],
      ['from Python', command('library', 'pip install a'), MET],
      ['from Python', command('library', 'uv add a'), MET],
      ['from TypeScript', command('library', 'npm i a'), MET],
      ['from Rust', command('library', 'cargo add a'), MET],
      ['from Go', command('library', 'go get a'), MET],
      ['from Ruby', command('library', 'gem install a'), MET],
      ['from Java', command('library', 'npm i a'), UNKNOWN],
      ['from Python', command('mcp', 'uvx a'), UNKNOWN],
      ['from Python', command('cli', 'pipx run a'), UNKNOWN],
      ['from Python', facts({ writtenIn: 'Python' }, { type: 'framework' }), MET],
      ['from Python', facts({ writtenIn: 'Python' }), UNKNOWN],
    ]),
  )('%s: %s', (need, state, of) => expect(stateOf(need, of)).toBe(state))
})

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

describe('denials', () => {
  const words = (text: string) => text.split(' ')
  it.each('no not never without cannot lacks lack neither nor except excluding unlike beyond outside'.split(' '))(
    '"%s" before denies within five words, unless "only" follows',
    (word) => {
      expect(isDenied(words(`${word} a b c d x`), 5, 5)).toBe(true)
      expect(isDenied(words(`${word} a b c d e x`), 6, 6)).toBe(false)
      expect(isDenied(words(`${word} only x`), 2, 2)).toBe(false)
    },
  )
  it.each(
    'cannot never unsupported unavailable missing refused rejected badly poorly poor weak excluded dropped ignored unlikely impossible'.split(
      ' ',
    ),
  )('"%s" after denies within five words', (word) => {
    expect(isDenied(words(`x a b c d ${word}`), 0, 0)).toBe(true)
    expect(isDenied(words(`x a b c d e ${word}`), 0, 0)).toBe(false)
  })
  it.each('is are was were be do does did can could has have will would may must'.split(' '))(
    '"%s not" after denies',
    (word) => {
      expect(isDenied(words(`x ${word} not y`), 0, 0)).toBe(true)
      expect(isDenied(words('x but not y'), 0, 0)).toBe(false)
    },
  )
  it('stay on their side of a turn', () => {
    expect(partsOf('x is read, but not y; z: w, and so on while it runs')).toEqual([
      'x is read',
      'but not y',
      ' z',
      ' w',
      'and so on',
      'while it runs',
    ])
    expect(partsOf('reads a, b and c')).toEqual(['reads a, b and c'])
    const says = (text: string) => mentions(text, /\bx\b/)
    expect([says('y, x'), says('no x'), says('y is no z, but x'), says('no x; x'), says('z')]).toEqual([
      'affirmed',
      'denied',
      'affirmed',
      'affirmed',
      undefined,
    ])
  })
})

describe('topics', () => {
  it('are met by one statement that says enough, and denied by one that denies as much', () => {
    const of = says('It crops large images quickly. Nested objects are not supported. Objects are found.')
    expect(stateOf('cropping images', of)).toBe(MET)
    expect(stateOf('cropping videos', of)).toBe(UNKNOWN)
    expect(stateOf('cropping large videos', of)).toBe(MET)
    expect(stateOf('cropping small videos', of)).toBe(UNKNOWN)
    expect(stateOf('cropping large videos slowly', of)).toBe(UNKNOWN)
    expect(stateOf('nested objects', of)).toBe(NOT)
    expect(stateOf('objects', of)).toBe(MET)
    expect(stateOf('crop images', record({ tags: ['crop'] }))).toBe(UNKNOWN)
    expect(stateOf('crop', record({ tags: ['crop', 'x'] }))).toBe(MET)
    expect(
      stateOf('crop tool for images', record({ capabilities: [{ name: 'Cropping', description: 'For images.' }] })),
    ).toBe(MET)
  })

  it('are denied by a word of theirs that is only ever denied, in phrases of up to four words', () => {
    const of = says('It reads lines. Scripts are not supported.')
    expect(stateOf('Tibetan scripts', of)).toBe(NOT)
    expect(stateOf('old Tibetan running-text scripts', of)).toBe(NOT)
    expect(stateOf('old Tibetan cursive sideways scripts', of)).toBe(UNKNOWN)
    expect(stateOf('Tibetan lines', of)).toBe(UNKNOWN)
    expect(stateOf('Tibetan', of)).toBe(UNKNOWN)
    expect(stateOf('Tibetan scripts', says('Scripts are read. Old scripts are not supported.'))).toBe(UNKNOWN)
    expect(
      stateOf(
        'purple widgets',
        record({ capabilities: [{ name: 'Doing it', description: 'It is.', requires: ['Purple widgets.'] }] }),
      ),
    ).toBe(UNKNOWN)
    // what the user must have neither denies nor affirms
    const needs = (requires: string[], description = 'It reads.') =>
      record({ capabilities: [{ name: 'Doing it', description, requires }] })
    expect(stateOf('Tibetan scripts', needs(['No scripts.']))).toBe(UNKNOWN)
    expect(stateOf('Tibetan scripts', needs(['Scripts.'], 'Scripts are not supported.'))).toBe(NOT)
  })

  it('are denied where a sentence says most of them, at the first of equal places', () => {
    expect(stateOf('images', says('It exports images, but not of images.'))).toBe(MET)
    expect(stateOf('large images', says('It sees images, but large images are not supported.'))).toBe(NOT)
  })

  it('a list of words proves only what it says whole', () => {
    const tagged = record({ tags: ['crop', 'images'] })
    expect(stateOf('crop large images', tagged)).toBe(UNKNOWN)
    expect(stateOf('crop large images', says('To crop images.'))).toBe(MET)
    expect(stateOf('crop images', tagged)).toBe(MET)
    expect(viewOf(record({ tags: [] }), []).statements.map(({ path }) => path)).toEqual(['type'])
  })

  it('know other names of the same thing', () => {
    for (const [need, text] of [
      ['mail', 'email'],
      ['transcription', 'It transcribes.'],
      ['authentication', 'login'],
      ['k8s', 'kubernetes'],
      ['diarization', 'diarise'],
    ] as const)
      expect(stateOf(need, says(text)), need).toBe(MET)
    expect(contentOf('a tool that supports mail, mail and email')).toEqual(['email'])
    expect(contentOf('only this')).toEqual(['onli'])
  })

  it('a category named whole is the kind of thing', () => {
    const of = record({ categories: ['vector-database', 'tool'] })
    expect(namesKind(contentOf('a vector database in Rust'), of)).toBe(true)
    expect(namesKind(contentOf('a database'), of)).toBe(false)
    expect(namesKind(contentOf('a tool'), record())).toBe(false)
  })

  it('an open list is no closed one', () => {
    expect(['a, b', 'over a hill'].map(isClosedList)).toEqual([true, true])
    expect(
      ['a and more', 'a, others', 'any', 'custom', 'a etc', 'such as a', 'hundreds', 'many', 'over 40', 'a…'].map(
        isClosedList,
      ),
    ).not.toContain(true)
  })
})

describe('statements', () => {
  const of = record({
    description: 'It sends. It reads e.g. mail. Version 2.0 came.',
    url: 'https://a.test',
    license: 'MIT',
    pricing: {
      model: 'paid',
      freeTier: false,
      startingPrice: { amount: 2, currency: 'USD', per: 'month' },
      note: 'By seat.',
      source: 'https://p.test',
    },
    execution: { protocol: 'http', auth: 'api-key' } as ToolRecord['execution'],
    categories: ['email'],
    tags: ['x', 'y'],
    worksWith: ['b', { slug: 'c', why: 'They share.' }],
    attributes: { maxPages: { value: 3, unit: 'pages', source: 'https://m.test' } },
    capabilities: [
      {
        id: 'a.1',
        name: 'One',
        description: 'First. Second.',
        limitations: ['No a.'],
        requires: ['A key'],
        inputs: ['i'],
        outputs: ['o', 'p'],
        tags: ['t'],
        source: 'https://c.test',
      },
      { name: 'Two', description: 'Third.', unique: 'Alone. So.' },
    ],
  })

  it('have a place, a kind, the source, and the name that they stand under', () => {
    const all = viewOf(of, of.capabilities).statements.map(({ text, path, kind, source, topic }) =>
      [path, kind, text, source ?? '', topic].join(' | '),
    )
    expect(all).toEqual([
      'description | claim | It sends. | https://a.test | ',
      'description | claim | It reads e.g. mail. | https://a.test | ',
      'description | claim | Version 2.0 came. | https://a.test | ',
      'attributes.maxPages | fact | maxPages: 3 pages | https://m.test | ',
      'type | fact | type: platform |  | ',
      'license | fact | license: MIT |  | ',
      'pricing | fact | pricing: paid, no free tier, from 2 USD per month | https://p.test | ',
      'pricing.note | claim | By seat. | https://p.test | ',
      'execution | fact | execution: http, auth: api-key |  | ',
      'categories | fact | categories: email |  | ',
      'tags | fact | tags: x, y |  | ',
      'worksWith.0 | claim | works with: b |  | ',
      'worksWith.1 | claim | They share. |  | ',
      'capabilities.a.1.name | claim | One | https://c.test | One',
      'capabilities.a.1.description | claim | First. | https://c.test | One',
      'capabilities.a.1.description | claim | Second. | https://c.test | One',
      'capabilities.a.1.limitations | limit | No a. | https://c.test | One',
      'capabilities.a.1.requires | need | A key | https://c.test | One',
      'capabilities.a.1.inputs | fact | inputs: i | https://c.test | One',
      'capabilities.a.1.outputs | fact | outputs: o, p | https://c.test | One',
      'capabilities.a.1.tags | fact | tags: t | https://c.test | One',
      'capabilities.1.name | claim | Two |  | Two',
      'capabilities.1.description | claim | Third. |  | Two',
      'capabilities.1.unique | claim | Alone. |  | Two',
      'capabilities.1.unique | claim | So. |  | Two',
    ])
    expect(viewOf(record(), record().capabilities).statements.map(({ path }) => path)).toEqual([
      'type',
      'capabilities.0.name',
      'capabilities.0.description',
    ])
  })

  it('the matched capability speaks first, then the tool, then the others', () => {
    const topics = viewOf(of, of.capabilities, 1).statements.map(({ topic }) => topic)
    expect([topics[0], topics[4], topics.at(-1)]).toEqual(['Two', '', 'One'])
  })

  it('sentences end before something that begins like one', () => {
    expect(sentencesOf('One. Two! three. "Four"? 5 is. ')).toEqual(['One.', 'Two! three.', '"Four"?', '5 is.'])
    expect(sentencesOf('')).toEqual([])
  })
})

describe('needs', () => {
  const texts = (need: string) => requirementsOf(need).map(({ text, role }) => `${role}: ${text}`)
  it('are cut at their borders, the first part with content being the need', () => {
    expect(texts('I want to send mail, with SSO and templates, under $10 a month')).toEqual([
      'need: send mail',
      'condition: SSO',
      'condition: templates',
      'condition: under $10 a month',
    ])
    expect(texts('free: index pages that change while others wait')).toEqual([
      'condition: free',
      'need: index pages',
      'condition: change',
      'condition: others wait',
    ])
    expect(texts('')).toEqual([])
    expect(texts('and with or')).toEqual([])
    expect(texts('send mail AND read news')).toEqual(['need: send mail', 'condition: read news'])
  })

  it.each([
    ['free, , send mail, ;', 'send mail'],
    ['under $10 a month; and read news with', 'read news'],
    ['read news, free, over the phone', 'read news over the phone'],
    // what is converted is part of what is to be done, a price is not
    ['convert PDF to Markdown for free', 'convert PDF to Markdown'],
    ['send mail with SSO, self-hosted', 'send mail with SSO'],
    ['free', 'free'],
  ])('what is to be done in "%s" is "%s"', (intent, need) => {
    expect(splitIntent(intent).need).toBe(need)
  })
})

describe('constraints', () => {
  const isTool = (name: string) => name === 'rival'
  const verdicts = (of: ToolRecord, constraints: Parameters<typeof constraintsOf>[0]) =>
    constraintsOf(constraints, isTool).map(({ parameter, requirement, passes, accepts }) => {
      const { state } = requirement.judge(viewOf(of, of.capabilities))
      return [parameter, requirement.text, requirement.role, state, accepts.includes(state), passes?.(of)]
    })
  const of = record({
    type: 'mcp',
    license: 'MIT',
    pricing: { model: 'paid' },
    capabilities: [{ name: 'Mail', description: 'SSO is supported. SCIM is not supported.' }],
  })

  it('are asked in the order in which their failure is told, and say what they want', () => {
    expect(
      verdicts(of, {
        type: ['api', 'mcp'],
        free: true,
        protocol: ['mcp'],
        license: ['GPL-3.0', 'mit'],
        requires: ['SSO', 'SSO and SCIM', 'SAML'],
        excludes: ['rival', 'SSO', 'SCIM', 'SAML'],
      }),
    ).toEqual([
      ['type=api,mcp', 'type: api or mcp', 'constraint', 'met', true, true],
      ['free', 'free', 'constraint', 'not-met', false, false],
      ['protocol=mcp', 'protocol: mcp', 'constraint', 'unknown', false, true],
      ['license=GPL-3.0,mit', 'license: GPL-3.0 or mit', 'constraint', 'met', true, true],
      ['requires=SSO', 'SSO', 'constraint', 'met', true, undefined],
      ['requires=SSO and SCIM', 'SSO and SCIM', 'constraint', 'not-met', false, undefined],
      ['requires=SAML', 'SAML', 'constraint', 'unknown', false, undefined],
      ['excludes=SSO', 'not: SSO', 'constraint', 'not-met', false, undefined],
      ['excludes=SCIM', 'not: SCIM', 'constraint', 'met', true, undefined],
      ['excludes=SAML', 'not: SAML', 'constraint', 'unknown', true, undefined],
    ])
    expect(constraintsOf(undefined, isTool)).toEqual([])
    expect(constraintsOf({ type: [], protocol: [], license: [] } as never, isTool)).toEqual([])
  })

  it('a protocol is that of the execution', () => {
    const rest = record({ execution: { protocol: 'http' } as ToolRecord['execution'] })
    expect(verdicts(rest, { protocol: ['http', 'cli'] })[0]!.slice(3)).toEqual(['met', true, true])
    expect(verdicts(rest, { protocol: ['mcp'] })[0]!.slice(3)).toEqual(['not-met', false, false])
    expect(verdicts(record(), { license: ['MIT'] })[0]!.slice(3)).toEqual(['unknown', false, false])
  })
})
