import type { Settings } from '../config.js'
import type { Job, ReindexBody } from '../core/api/jobs.js'
import type { Engine } from '../engine/engine.js'
import type { Caller } from '../engine/evidence-hook.js'
import type { Matches } from '../engine/matches.js'
import type { Operator } from '../engine/operator.js'
import type { PassportSigner } from '../engine/passport.js'
import type { Ranks } from '../engine/ranks.js'
import type { Keyring } from './keyring.js'
import type { Logger } from './log.js'
import type { RateLimiter } from './rate-limit.js'

/** The process that writes, as a process that only searches sees it. */
export interface WriterLink {
  /** Unix socket on which it answers everything. */
  socket: string
  /** Resolves when this process has what the writer has committed. */
  caughtUp(): Promise<void>
}

/** What the indexer can do for the server; handed over by the command line, because http does not know the indexer. */
export interface CatalogueWriter {
  /** Checks, embeds and publishes one record; searchable when it resolves. Answers the new generation's number. */
  put(record: unknown, now: number): Promise<number>
  /** @throws AppError `not-found` */
  remove(slug: string, now: number): Promise<number>
}

/** Long work, run outside the server's own process. */
export interface JobRunner {
  /** @throws AppError `conflict` while another one runs */
  reindex(body: ReindexBody): Job
  /** @throws AppError `not-found` */
  get(id: string): Job
  /** The job now and after each change, until it ends or the signal aborts. */
  follow(id: string, signal: AbortSignal): AsyncIterable<Job>
}

/** How far this server is behind its store. */
export interface Lag {
  /** The store answered when last asked. */
  reachable: boolean
  /** Changes of other servers are told; otherwise they are found by asking every second. */
  told: boolean
  /** Generations and log events that others have published and that are not in use here yet, as far as is known. */
  generations: number
  events: number
  /** Seconds since everything known was in use. */
  seconds: number
}

/** What the app is made of. */
export interface AppDeps {
  engine: Engine
  matches: Matches
  ranks: Ranks
  operator: Operator
  settings: Settings
  keyring: Keyring
  limiter: RateLimiter
  writer: CatalogueWriter
  jobs: JobRunner
  /** Absent where nobody else writes to the store. */
  lag?: () => Lag
  /** Where another process writes, the way to it. */
  link?: WriterLink
  /** Where several processes answer, the metrics of all. */
  metrics?(): Promise<string>
  /** Signs tool passports with the home's key. */
  signer: PassportSigner
  log: Logger
}

/** What middleware leaves for the handlers. */
export interface Env {
  Variables: {
    requestId: string
    caller: Caller
    /** Time of the request, milliseconds since 1970. */
    now: number
  }
}
