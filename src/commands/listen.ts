import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve as listen } from '@hono/node-server'
import type { Settings } from '../config.js'
import { AppError } from '../core/errors.js'
import { warmUp } from '../engine/warm-up.js'
import { isProbe } from '../http/admission.js'
import type { Opened } from './open.js'
import { limitTimes, type OpenServer } from './server.js'

/** A server that nobody asked anything for so long warms up. */
const IDLE_MS = 1000
/** Requests under way at SIGTERM have this long to finish. */
export const DRAIN_MS = 10_000

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

/** Listens where the settings say; a port that is taken ends the process. */
export function listenOn(
  { app }: Pick<OpenServer, 'app'>,
  settings: Settings,
  listening: (address: AddressInfo) => void,
): Server {
  const { MATCHGRAPH_PORT: port, MATCHGRAPH_HOST: hostname } = settings
  const server = listen({ fetch: app.fetch, port, hostname }, listening) as Server
  server.on('error', (error: NodeJS.ErrnoException) => {
    const why = error.code === 'EADDRINUSE' ? `port ${port} is taken; choose another with --port` : error.message
    process.stderr.write(`matchgraph: ${why}.\n`)
    process.exit(1)
  })
  limitTimes(server)
  return server
}

/** Uses the time until the first request that is no probe. */
export function warmUpWhileIdle(server: Server, { app, engine }: Pick<OpenServer, 'app' | 'engine'>): void {
  const busy = new AbortController()
  const asked = ({ url = '' }: IncomingMessage) => {
    if (!isProbe(url.split('?')[0]!)) busy.abort()
  }
  server.on('request', asked)
  server.once('close', () => busy.abort())
  busy.signal.addEventListener('abort', () => server.off('request', asked))
  setTimeout(() => {
    // the router makes its tables when it is first asked
    app.router.match('GET', '/')
    // a fault in a search is shown to whoever searches
    warmUp(engine, busy.signal).catch(() => undefined)
  }, IDLE_MS).unref()
}

/** Lets requests under way finish, then ends the process. */
export function closeServer(server: Server, open: Pick<OpenServer, 'close'>): void {
  setTimeout(() => process.exit(0), DRAIN_MS).unref()
  server.close(() => {
    open.close().finally(() => process.exit(0))
  })
  server.closeIdleConnections()
}

const QUESTIONS = [
  'run untrusted AI-generated code in an isolated sandbox',
  'turn scanned invoices into structured data',
  'send one prompt to several models and compare the answers',
]

export function welcome(host: string, { port }: AddressInfo): void {
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  process.stdout.write(`matchgraph listens on ${base}\n\nTry:\n`)
  for (const question of QUESTIONS)
    process.stdout.write(`  ${base}/?q=${encodeURIComponent(question).replaceAll('%20', '+')}\n`)
}
