import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve as listen } from '@hono/node-server'
import type { Command } from 'commander'
import type { Settings } from '../config.js'
import { AppError } from '../core/errors.js'
import { Engine } from '../engine/engine.js'
import type { EngineParts } from '../engine/live.js'
import { newSigningKey, PassportSigner } from '../engine/passport.js'
import { createApp } from '../http/app.js'
import { Keyring } from '../http/keyring.js'
import { type Logger, makeLogger } from '../http/log.js'
import { RateLimiter } from '../http/rate-limit.js'
import { readManifest } from '../index/search-index.js'
import { signingKey } from '../store/signing-key.js'
import { ReplicatedCatalogue } from '../store/sqlite/replica.js'
import { type CommonOptions, common, settingsOf } from './command.js'
import { journalOf, type OpenedEvidence, openEvidence } from './evidence.js'
import { followStore } from './follow.js'
import { jobRunner } from './jobs.js'
import { engineParts, type Opened, openHome } from './open.js'
import { catalogueWriter } from './writer.js'

/** Requests under way at SIGTERM have this long to finish. */
const DRAIN_MS = 10_000

interface ServeOptions extends CommonOptions {
  port?: string
  host?: string
}

export function register(program: Command): void {
  common(
    program
      .command('serve')
      .description('answer over HTTP; indexes the shipped catalogue first when the home is empty')
      .option('--port <n>', 'port, 0 picks a free one (default: $MATCHGRAPH_PORT, else 8787)')
      .option('--host <address>', 'address to listen on (default: $MATCHGRAPH_HOST, else 127.0.0.1)'),
  ).action(async (options: ServeOptions) => {
    const settings = settingsOf(options, { MATCHGRAPH_PORT: options.port, MATCHGRAPH_HOST: options.host })
    const opened = await openHome(settings)
    await indexWhenEmpty(opened, settings)
    const log = makeLogger(settings.MATCHGRAPH_LOG)
    const onError = (error: unknown): void => log.error({ err: error }, 'an event could not be written')
    const evidence = await openEvidence(opened, settings, onError, journalOf(settings))
    const engine = await Engine.open(await partsOf(opened, settings), evidence.hook)
    if (settings.MATCHGRAPH_DATABASE_URL && !opened.searchTables) await keepSnapshot(engine, opened)
    await run({ engine, evidence, opened, settings, log })
  })
}

/** Indexes the shipped catalogue into a home that has nothing yet. */
export async function indexWhenEmpty(opened: Opened, settings: Settings): Promise<void> {
  while (!(await opened.store.catalogue.generation())) {
    try {
      const { indexHome, summary } = await import('./index.js')
      process.stderr.write('Nothing indexed yet: indexing the shipped catalogue.\n')
      process.stderr.write(`${summary(await indexHome(opened, {}))}\n`)
    } catch (error) {
      // of several servers on an empty database one indexes, the others wait for it
      if (!(settings.MATCHGRAPH_DATABASE_URL && error instanceof AppError && error.code === 'conflict')) throw error
      await sleep(1000)
    }
  }
}

/** With a database elsewhere, what answers show is read from a copy on this machine. */
async function partsOf(opened: Opened, { MATCHGRAPH_DATABASE_URL, MATCHGRAPH_HOME }: Settings): Promise<EngineParts> {
  const parts = await engineParts(opened)
  if (!MATCHGRAPH_DATABASE_URL) return parts
  const file = path.join(MATCHGRAPH_HOME, 'replica.db')
  return { ...parts, store: { catalogue: ReplicatedCatalogue.open(opened.store.catalogue, file) } }
}

/** Where another process does the indexing, the snapshot files of this home are written here, so that the next start is quick. */
async function keepSnapshot({ live, generation }: Engine, { indexFolder }: Opened): Promise<void> {
  const kept = await readManifest(indexFolder).catch(() => undefined)
  if (kept?.generation === generation.id) return
  await live.index.save(indexFolder, { generation: generation.id, model: generation.model })
}

interface Running {
  engine: Engine
  evidence: OpenedEvidence
  opened: Opened
  settings: Settings
  log: Logger
}

async function run({ engine, evidence, opened, settings, log }: Running): Promise<void> {
  const signer = new PassportSigner(await sharedKey(opened, settings))
  const keyring = new Keyring(settings)
  const limiter = new RateLimiter(settings.MATCHGRAPH_RATE_LIMIT)
  await limiter.load(opened.store.log)
  const writer = catalogueWriter(engine, opened)
  const follower = await followStore(opened.store, engine, evidence.matches, log)
  const app = createApp({
    engine,
    matches: evidence.matches,
    ranks: evidence.ranks,
    operator: evidence.operator,
    settings,
    keyring,
    limiter,
    writer,
    jobs: jobRunner(settings),
    signer,
    log,
    ...(settings.MATCHGRAPH_DATABASE_URL && { lag: follower.lag }),
  })
  process.on('SIGHUP', () => reloadKeys(keyring, log))
  const server = listen(
    { fetch: app.fetch, port: settings.MATCHGRAPH_PORT, hostname: settings.MATCHGRAPH_HOST },
    (address) => welcome(settings.MATCHGRAPH_HOST, address),
  )
  server.on('error', (error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'EADDRINUSE'
        ? `port ${settings.MATCHGRAPH_PORT} is taken; choose another with --port`
        : error.message
    process.stderr.write(`matchgraph: ${why}.\n`)
    process.exit(1)
  })
  // slow clients: headers and bodies must come in time, idle connections are let go
  Object.assign(server, {
    requestTimeout: 30_000,
    headersTimeout: 10_000,
    keepAliveTimeout: 15_000,
    maxRequestsPerSocket: 10_000,
  })
  const stop = (): void => {
    setTimeout(() => process.exit(0), DRAIN_MS).unref()
    server.close(() => {
      follower
        .close()
        .then(() => limiter.save(opened.store.log, Date.now()))
        .finally(() => evidence.close())
        .finally(() => opened.close())
        .then(() => process.exit(0))
    })
    if ('closeIdleConnections' in server) server.closeIdleConnections()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

/** Servers that share a database share the key that signs passports: that of the first. */
async function sharedKey({ store }: Opened, settings: Settings): Promise<string> {
  const own = signingKey(settings.MATCHGRAPH_HOME, newSigningKey)
  return settings.MATCHGRAPH_DATABASE_URL ? store.log.initMeta('signing-key', own) : own
}

function reloadKeys(keyring: Keyring, log: Logger): void {
  try {
    keyring.reload()
    log.info('the keys were read again')
  } catch (error) {
    log.error({ err: error }, 'the keys could not be read again; those before stay in force')
  }
}

const QUESTIONS = [
  'run untrusted AI-generated code in an isolated sandbox',
  'turn scanned invoices into structured data',
  'send one prompt to several models and compare the answers',
]

function welcome(host: string, { port }: AddressInfo): void {
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  process.stdout.write(`matchgraph listens on ${base}\n\nTry:\n`)
  for (const question of QUESTIONS)
    process.stdout.write(`  ${base}/?q=${encodeURIComponent(question).replaceAll('%20', '+')}\n`)
}
