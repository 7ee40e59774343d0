import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { runIndex } from '../../indexer/run.js'
import { journalOf, openEvidence } from '../../src/commands/evidence.js'
import { jobRunner } from '../../src/commands/jobs.js'
import { type Opened, openHome } from '../../src/commands/open.js'
import { catalogueWriter } from '../../src/commands/writer.js'
import { readSettings, type Settings } from '../../src/config.js'
import type { ToolRecord } from '../../src/core/catalogue.js'
import { Engine } from '../../src/engine/engine.js'
import { newSigningKey, PassportSigner } from '../../src/engine/passport.js'
import { createApp } from '../../src/http/app.js'
import { Keyring } from '../../src/http/keyring.js'
import { makeLogger } from '../../src/http/log.js'
import { RateLimiter } from '../../src/http/rate-limit.js'
import type { App } from '../../src/http/router.js'
import { signingKey } from '../../src/store/signing-key.js'

/** A fresh folder that `remove` deletes. */
export function tempFolder(): { folder: string; remove(): void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-test-'))
  return { folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) }
}

/** A small catalogue whose answers can be told by looking. */
export const SMALL_CATALOGUE: ToolRecord[] = [
  {
    slug: 'papermill',
    name: 'Papermill',
    type: 'api',
    layer: 'tooling',
    description: 'Reads documents and gives structured data back.',
    pricing: { model: 'paid' },
    categories: ['document-parsing'],
    capabilities: [
      {
        id: 'papermill.1',
        name: 'Extracting tables from scanned PDF pages',
        description:
          'Finds ruled and unruled tables on page images with OCR and returns rows and columns as CSV or JSON.',
        intents: ['get the numbers out of a scanned report', 'pdf tables to csv'],
        limitations: ['Handwriting is not read.'],
      },
      {
        id: 'papermill.2',
        name: 'Detecting the language of a document',
        description: 'Names the language of a text from its first page, with a probability for each of 60 languages.',
      },
    ],
  },
  {
    slug: 'post-horn',
    name: 'Post Horn',
    type: 'platform',
    layer: 'infrastructure',
    description: 'Sends mail for applications.',
    pricing: { model: 'freemium', freeTier: true },
    categories: ['email'],
    tags: ['smtp'],
    capabilities: [
      {
        id: 'post-horn.1',
        name: 'Sending transactional email over an API',
        description:
          'One request renders a template and delivers the mail; bounces and complaints come back as webhooks.',
        intents: ['mail a receipt to a customer after checkout'],
      },
      {
        id: 'post-horn.2',
        name: 'Scheduling newsletters to segments',
        description:
          'Queues a campaign for a list and sends it in the reader’s morning, with unsubscribe links handled.',
      },
    ],
  },
  {
    slug: 'ear-trumpet',
    name: 'Ear Trumpet',
    type: 'model',
    layer: 'model',
    description: 'Speech recognition.',
    pricing: { model: 'open-source' },
    capabilities: [
      {
        id: 'ear-trumpet.1',
        name: 'Transcribing meetings with speaker labels',
        description: 'Turns recorded conversations into text, who said what, with timestamps a word.',
        intents: ['who said what in yesterday’s call'],
      },
    ],
  },
]

export interface TestServer {
  app: App
  engine: Engine
  opened: Opened
  settings: Settings
  get(url: string, headers?: Record<string, string>): Promise<{ status: number; body: any; headers: Headers }>
  send(
    method: string,
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: any }>
  close(): Promise<void>
}

/** The whole server over a catalogue in a fresh home, driven by `app.request`; nothing in it is replaced. */
export async function startServer(
  records: ToolRecord[] = SMALL_CATALOGUE,
  env: Record<string, string> = {},
): Promise<TestServer> {
  const { folder, remove } = tempFolder()
  const file = path.join(folder, 'catalogue.jsonl')
  fs.writeFileSync(file, records.map((record) => JSON.stringify(record)).join('\n'))
  const settings = readSettings({ MATCHGRAPH_HOME: path.join(folder, 'home'), MATCHGRAPH_LOG: 'silent', ...env })
  const opened = await openHome(settings)
  await runIndex(opened, { paths: [file], now: Date.UTC(2026, 0, 1) })
  const evidence = await openEvidence(
    opened,
    settings,
    (error) => {
      throw error
    },
    journalOf(settings),
  )
  const engine = await Engine.open(opened, evidence.hook)
  const signer = new PassportSigner(signingKey(settings.MATCHGRAPH_HOME, newSigningKey))
  const app = createApp({
    signer,
    engine,
    matches: evidence.matches,
    ranks: evidence.ranks,
    operator: evidence.operator,
    settings,
    keyring: new Keyring(settings),
    limiter: new RateLimiter(settings.MATCHGRAPH_RATE_LIMIT),
    writer: catalogueWriter(engine, opened),
    jobs: jobRunner(settings),
    log: makeLogger('silent'),
  })
  const read = async (response: Response) => {
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers }
  }
  return {
    app,
    engine,
    opened,
    settings,
    get: async (url, headers = {}) => read(await app.request(url, { headers })),
    send: async (method, url, body, headers = {}) =>
      read(
        await app.request(url, {
          method,
          headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
      ),
    close: async () => {
      await evidence.close()
      await opened.close()
      remove()
    },
  }
}
