import cluster, { type Worker } from 'node:cluster'
import fs from 'node:fs'
import type { Server } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { AggregatorRegistry } from 'prom-client'
import type { Settings } from '../config.js'
import { AppError } from '../core/errors.js'
import type { Impression } from '../core/evidence/events.js'
import type { LogWriter, OwnEvent } from '../engine/evidence-log.js'
import { makeLogger } from '../http/log.js'
import { RateLimiter, type Spent } from '../http/rate-limit.js'
import type { StoreChange } from '../store/store.js'
import { closeServer, DRAIN_MS, indexWhenEmpty, listenOn, warmUpWhileIdle, welcome } from './listen.js'
import { openHome } from './open.js'
import { keptSpent } from './rates.js'
import { limitTimes, type OpenServer, openServer, type SearchingOnly } from './server.js'

/** How often the writer looks whether it has committed something to tell, milliseconds. */
const TELL_MS = 10
/** A worker that died is followed by another after this long, so that one that cannot start does not keep the machine busy. */
const AGAIN_MS = 500
/** A worker that leaves hears out for so long who has connected already. */
const LAST_WORDS_MS = 500
/** Environment variable that tells a worker where the writer listens. */
const SOCKET = 'MATCHGRAPH_WRITER_SOCKET'

/** What a worker tells the writer. */
type ToWriter =
  | { impressions: Impression[] }
  | { event: OwnEvent }
  | { replace: true }
  | { spent: Spent[] }
  | { hears: true }
/** What the writer tells the workers. */
type ToWorker = { change: StoreChange } | { leave: true } | { spent: Spent[] }

/**
 * The process that writes: it opens the home, answers on a private socket whatever may change something, and keeps the workers: starts
 * another for one that died, tells all what it committed, and gives each a successor, one after the other, when a generation has come
 * that is better loaded anew. The successor answers before its predecessor stops, so that no request waits for a load.
 */
export async function writeForWorkers(settings: Settings): Promise<void> {
  if (settings.MATCHGRAPH_DATABASE_URL) {
    throw new AppError(
      'invalid-parameter',
      'MATCHGRAPH_WORKERS is for the embedded database. With MATCHGRAPH_DATABASE_URL start several servers.',
    )
  }
  const opened = await openHome(settings)
  await indexWhenEmpty(opened, settings)
  // who asks is told by the workers, who also count how often; nobody else reaches the socket
  const own: Settings = { ...settings, MATCHGRAPH_TRUST_PROXY: true, MATCHGRAPH_RATE_LIMIT: 'off' }
  const metrics = () => new AggregatorRegistry().clusterMetrics()
  const open = await openServer(opened, own, makeLogger(settings.MATCHGRAPH_LOG), { metrics })
  // the salt of this home is made before several look for it
  open.evidence.matches.clients.of({ address: '127.0.0.1' }, Date.now())
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-'))
  const socket = path.join(folder, 'writer.sock')
  const server = createAdaptorServer({ fetch: open.app.fetch }) as Server
  limitTimes(server)
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  const stopWorkers = keepWorkers(settings, open, socket)
  const stop = (): void => {
    setTimeout(() => process.exit(0), DRAIN_MS).unref()
    stopWorkers().finally(() => {
      closeServer(server, open)
      fs.rmSync(folder, { recursive: true, force: true })
    })
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.on('SIGHUP', () => {
    for (const worker of alive()) worker.process.kill('SIGHUP')
  })
}

/** Starts the workers and keeps them; the answered function lets all of them finish. */
function keepWorkers(settings: Settings, { engine, evidence }: OpenServer, socket: string): () => Promise<void> {
  const { log } = evidence.matches
  let stopping = false
  let greeted = false
  let successions: Promise<void> = Promise.resolve()
  const succeeded = new Set<Worker>()
  const hearing = new WeakSet<Worker>()
  // what clients have spent on all workers together
  const limiter = new RateLimiter(settings.MATCHGRAPH_RATE_LIMIT)
  const kept = limiter.on ? keptSpent(limiter, settings) : undefined
  const spend = (spent: Spent[], where: Worker): void => {
    limiter.add(spent)
    kept?.keep(spent, Date.now())
    for (const worker of alive()) if (worker !== where && hearing.has(worker)) tell(worker, { spent })
  }

  /** Resolves when it answers, or has died before: then the one who hears of that starts another. */
  const start = (): Promise<void> => {
    const worker = cluster.fork({ [SOCKET]: socket })
    worker.on('message', (message: ToWriter) => {
      if ('impressions' in message) for (const one of message.impressions) log.note(one)
      else if ('event' in message) log.apply(message.event).catch(() => undefined)
      else if ('spent' in message) spend(message.spent, worker)
      else if ('hears' in message) {
        hearing.add(worker)
        tell(worker, { spent: limiter.totals() })
      } else if ('replace' in message) successions = successions.then(() => succeed(worker))
    })
    return new Promise((resolve) => {
      worker.once('listening', () => resolve())
      worker.once('exit', () => resolve())
    })
  }
  const succeed = async (worker: Worker): Promise<void> => {
    if (stopping || worker.isDead()) return
    succeeded.add(worker)
    await start()
    tell(worker, { leave: true })
  }
  cluster.on('listening', (_worker, address) => {
    if (!greeted) welcome(settings.MATCHGRAPH_HOST, address as unknown as AddressInfo)
    greeted = true
  })
  cluster.on('exit', (worker, code) => {
    if (stopping || succeeded.delete(worker)) return
    // the first that cannot even start says why; others would say the same
    if (!greeted) process.exit(code === 0 ? 1 : code)
    setTimeout(() => stopping || void start(), AGAIN_MS)
  })
  for (let i = 0; i < settings.MATCHGRAPH_WORKERS; i++) void start()

  let told = { generation: engine.generation.id, event: log.lastSeq }
  const teller = setInterval(() => {
    const change = { generation: engine.generation.id, event: log.lastSeq }
    if (change.generation === told.generation && change.event === told.event) return
    told = change
    for (const worker of alive()) tell(worker, { change })
  }, TELL_MS)

  return async () => {
    stopping = true
    clearInterval(teller)
    await Promise.all(
      alive().map((worker) => {
        tell(worker, { leave: true })
        return new Promise((resolve) => worker.once('exit', resolve))
      }),
    )
  }
}

const alive = (): Worker[] => Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected()) as Worker[]

function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => undefined)
}

/** A process that only searches. */
export async function searchAsWorker(settings: Settings): Promise<void> {
  process.on('disconnect', () => process.exit(1))
  const limiter = new RateLimiter(settings.MATCHGRAPH_RATE_LIMIT)
  let heard: ((change: StoreChange) => void) | undefined
  // who answers nothing yet just goes
  let leave = (): void => process.exit(0)
  process.on('message', (message: ToWorker) => {
    if ('change' in message) heard?.(message.change)
    else if ('spent' in message) limiter.add(message.spent)
    else if ('leave' in message) leave()
  })
  send({ hears: true })
  const opened = await openHome(settings)
  let replaced = false
  const only: SearchingOnly = {
    writer: throughPrimary(),
    socket: process.env[SOCKET]!,
    async watch(listener) {
      heard = listener
      return { connected: true, async close() {} }
    },
    replace() {
      if (!replaced) send({ replace: true })
      replaced = true
    },
    limiter,
    spend: (spent) => send({ spent }),
  }
  const open = await openServer(opened, settings, makeLogger(settings.MATCHGRAPH_LOG), { only })
  let leaving = false
  const fetch: OpenServer['app']['fetch'] = async (...args) => {
    const answer = await open.app.fetch(...args)
    // whoever has a connection to this process takes its next request to another
    if (leaving) answer.headers.set('connection', 'close')
    return answer
  }
  const server = listenOn({ app: { fetch } as OpenServer['app'] }, settings, () => undefined)
  warmUpWhileIdle(server, open)
  leave = () => {
    if (leaving) return
    leaving = true
    // takes no more connections, but lets those speak that were just made: closing an HTTP server would cut them off
    NetServer.prototype.close.call(server)
    setTimeout(() => closeServer(server, open), LAST_WORDS_MS)
  }
  // Ctrl-C reaches the whole group; when to stop is for the writer to say
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => undefined)
}

const send = (message: ToWriter): void => {
  if (process.connected) process.send!(message)
}

/** Impressions of one turn of the event loop go together. */
function throughPrimary(): LogWriter {
  let waiting: Impression[] = []
  return {
    note(impression) {
      if (waiting.push(impression) > 1) return
      setImmediate(() => {
        send({ impressions: waiting })
        waiting = []
      })
    },
    apply(event) {
      send({ event })
    },
  }
}
