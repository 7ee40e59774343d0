import { describe, expect, it } from 'vitest'
import type { ToolRecord } from '../../../src/core/catalogue.js'
import { ledgerFor } from './exam.js'
import { each, facts, MET, NOT, type Row, record, says, stateOf, UNKNOWN } from './records.js'

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
