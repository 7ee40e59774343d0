import type { AddressInfo } from 'node:net'
import { serve as listen } from '@hono/node-server'
import type { Command } from 'commander'
import type { Settings } from '../config.js'
import { Engine } from '../engine/engine.js'
import { newSigningKey, PassportSigner } from '../engine/passport.js'
import { createApp } from '../http/app.js'
import { Keyring } from '../http/keyring.js'
import { type Logger, makeLogger } from '../http/log.js'
import { RateLimiter } from '../http/rate-limit.js'
import { signingKey } from '../store/signing-key.js'
import { type CommonOptions, common, settingsOf } from './command.js'
import { journalOf, type OpenedEvidence, openEvidence } from './evidence.js'
import { indexHome, summary } from './index.js'
import { jobRunner } from './jobs.js'
import { type Opened, openHome } from './open.js'
import { catalogueWriter } from './writer.js'

/** How often the server looks for a generation that another process has published. */
const REFRESH_MS = 1000
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
    await indexWhenEmpty(opened)
    const log = makeLogger(settings.MATCHGRAPH_LOG)
    const onError = (error: unknown): void => log.error({ err: error }, 'an event could not be written')
    const evidence = await openEvidence(opened, settings, onError, journalOf(settings))
    const engine = await Engine.open(opened, evidence.hook)
    await run({ engine, evidence, opened, settings, log })
  })
}

async function indexWhenEmpty(opened: Opened): Promise<void> {
  if (await opened.store.catalogue.generation()) return
  process.stderr.write('Nothing indexed yet: indexing the shipped catalogue.\n')
  process.stderr.write(`${summary(await indexHome(opened, {}))}\n`)
}

interface Running {
  engine: Engine
  evidence: OpenedEvidence
  opened: Opened
  settings: Settings
  log: Logger
}

async function run({ engine, evidence, opened, settings, log }: Running): Promise<void> {
  const signer = new PassportSigner(signingKey(settings.MATCHGRAPH_HOME, newSigningKey))
  const keyring = new Keyring(settings)
  const limiter = new RateLimiter(settings.MATCHGRAPH_RATE_LIMIT)
  await limiter.load(opened.store.log)
  const writer = catalogueWriter(engine, opened)
  const app = createApp({
    engine,
    matches: evidence.matches,
    ranks: evidence.ranks,
    settings,
    keyring,
    limiter,
    writer,
    jobs: jobRunner(settings),
    signer,
    log,
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
  const refresh = setInterval(() => {
    engine.refresh().catch((error) => log.error({ err: error }, 'the newest generation could not be loaded'))
  }, REFRESH_MS)
  const stop = (): void => {
    clearInterval(refresh)
    setTimeout(() => process.exit(0), DRAIN_MS).unref()
    server.close(() => {
      limiter
        .save(opened.store.log, Date.now())
        .finally(() => evidence.close())
        .finally(() => opened.close())
        .then(() => process.exit(0))
    })
    if ('closeIdleConnections' in server) server.closeIdleConnections()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
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
