import type { Server } from 'node:http'
import path from 'node:path'
import type { Settings } from '../config.js'
import { Engine } from '../engine/engine.js'
import type { LogWriter } from '../engine/evidence-log.js'
import type { EngineParts } from '../engine/live.js'
import { newSigningKey, PassportSigner } from '../engine/passport.js'
import { createApp } from '../http/app.js'
import type { WriterLink } from '../http/env.js'
import { Keyring } from '../http/keyring.js'
import type { Logger } from '../http/log.js'
import { RateLimiter, type Spent } from '../http/rate-limit.js'
import type { App } from '../http/router.js'
import { readManifest } from '../index/search-index.js'
import { signingKey } from '../store/signing-key.js'
import type { Store } from '../store/store.js'
import { journalOf, type OpenedEvidence, openEvidence } from './evidence.js'
import { followStore } from './follow.js'
import { keepForgetting } from './forgetting.js'
import { jobRunner } from './jobs.js'
import { engineParts, type Opened } from './open.js'
import { keptSpent, tellSpent } from './rates.js'
import { catalogueWriter } from './writer.js'

/** What a process that only searches has in place of writing. */
export interface SearchingOnly {
  writer: LogWriter
  socket: string
  /** Hears what the writer committed. */
  watch: Store['watch']
  /** Told when a generation has come that is better loaded anew, by a process that takes this one's place. */
  replace(): void
  /** Counts what clients spend of their rate limits on all processes; `spend` is told what they spent on this one. */
  limiter: RateLimiter
  spend(spent: Spent[]): void
}

/** A server that is ready, wherever it will listen. */
export interface OpenServer {
  app: App
  engine: Engine
  evidence: OpenedEvidence
  /** Writes what is waiting and closes the home. */
  close(): Promise<void>
}

/** What is special about a process among several. */
interface Role {
  /** It searches, and another one writes. */
  only?: SearchingOnly
  /** The metrics of all. */
  metrics?(): Promise<string>
}

export async function openServer(
  opened: Opened,
  settings: Settings,
  log: Logger,
  { only, metrics }: Role = {},
): Promise<OpenServer> {
  const onError = (error: unknown): void => log.error({ err: error }, 'an event could not be written')
  const evidence = await openEvidence(opened, settings, onError, only ? { writer: only.writer } : journalOf(settings))
  const parts = await partsOf(opened, settings)
  if (parts.closeLook) {
    parts.closeLook.onFault = (error) =>
      log.warn({ err: error }, 'the cross-encoder failed: searches go on without it, and it is tried again each minute')
  }
  const engine = await Engine.open(only ? { ...parts, replace: only.replace } : parts, evidence.hook)
  if (!only && !opened.searchTables) {
    await keepSnapshot(engine, opened, settings).catch((error: unknown) =>
      log.error({ err: error }, 'the snapshot could not be written; the next start builds the index again'),
    )
  }
  const keyring = new Keyring(settings)
  const limiter = only?.limiter ?? new RateLimiter(settings.MATCHGRAPH_RATE_LIMIT)
  const stopTelling = limiter.on ? tellSpent(limiter, only ? only.spend : keeping(limiter, settings)) : undefined
  const stopForgetting = only ? undefined : keepForgetting(opened.store.log, settings, log)
  const { matches } = evidence
  const watched = only ? { watch: only.watch } : opened.store
  const follower = await followStore(watched, engine, matches, log)
  const link: WriterLink | undefined = only && {
    socket: only.socket,
    caughtUp: async () => {
      await Promise.all([engine.refresh(), matches.log.follow()])
      // the first may have joined one that was under way before the writer committed
      await matches.log.follow()
    },
  }
  const app = createApp({
    engine,
    matches,
    ranks: evidence.ranks,
    operator: evidence.operator,
    settings,
    keyring,
    limiter,
    writer: catalogueWriter(engine, opened),
    jobs: jobRunner(settings),
    signer: new PassportSigner(await sharedKey(opened, settings)),
    log,
    ...((settings.MATCHGRAPH_DATABASE_URL || only) && { lag: follower.lag }),
    ...(link && { link }),
    ...(metrics && { metrics }),
  })
  process.on('SIGHUP', () => reloadKeys(keyring, log))
  const close = async () => {
    await follower.close()
    stopTelling?.()
    await stopForgetting?.()
    await evidence.close().finally(() => opened.close())
  }
  return { app, engine, evidence, close }
}

function keeping(limiter: RateLimiter, settings: Settings): SearchingOnly['spend'] {
  const kept = keptSpent(limiter, settings)
  return (spent) => kept.keep(spent, Date.now())
}

/** Slow clients: headers and bodies must come in time, idle connections are let go. */
export function limitTimes(server: unknown): void {
  Object.assign(server as Server, {
    requestTimeout: 30_000,
    headersTimeout: 10_000,
    keepAliveTimeout: 15_000,
    maxRequestsPerSocket: 10_000,
  })
}

/** With a database elsewhere, what answers show is read from a copy on this machine. */
async function partsOf(opened: Opened, { MATCHGRAPH_DATABASE_URL, MATCHGRAPH_HOME }: Settings): Promise<EngineParts> {
  const parts = await engineParts(opened)
  if (!MATCHGRAPH_DATABASE_URL) return parts
  const { ReplicatedCatalogue } = await import('../store/sqlite/replica.js')
  const file = path.join(MATCHGRAPH_HOME, 'replica.db')
  return { ...parts, store: { catalogue: ReplicatedCatalogue.open(opened.store.catalogue, file) } }
}

/**
 * Writes the snapshot files anew when they could not be used, so that the next start is quick. Where another server may do the indexing they
 * are written for every generation that they are not of.
 */
async function keepSnapshot(
  { live, generation }: Engine,
  { indexFolder, store }: Opened,
  settings: Pick<Settings, 'MATCHGRAPH_DATABASE_URL'>,
): Promise<void> {
  if (!live.rebuilt) {
    if (!settings.MATCHGRAPH_DATABASE_URL) return
    const kept = await readManifest(indexFolder)
    if (kept.generation === generation.id) return
  }
  const about = { generation: generation.id, model: generation.model }
  await live.index.save(indexFolder, about, store.catalogue.outlines())
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
