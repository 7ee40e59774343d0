import type { Engine } from '../engine/engine.js'
import type { Matches } from '../engine/matches.js'
import type { Lag } from '../http/env.js'
import type { Logger } from '../http/log.js'
import type { Store, StoreChange } from '../store/store.js'

/** How often the server looks for what other processes have written, whether or not it is told, milliseconds. */
const POLL_MS = 1000

export interface Follower {
  lag(): Lag
  close(): Promise<void>
}

/**
 * Keeps a server up to its store: told of changes where the store tells, by asking every second everywhere. A store that is away is asked
 * again every second; the server goes on with what it has, and is up to date within a second of its return.
 */
export async function followStore(
  store: Pick<Store, 'watch'>,
  engine: Engine,
  matches: Matches,
  log: Logger,
): Promise<Follower> {
  const newest = { generation: 0, event: 0 }
  let syncedAt = Date.now()
  let reachable = true
  let looking: Promise<void> | undefined

  const look = async (): Promise<void> => {
    try {
      await Promise.all([engine.refresh(), matches.log.follow(), matches.clients.refresh()])
      syncedAt = Date.now()
      if (!reachable) log.info('the store is back; everything is up to date')
      reachable = true
    } catch (error) {
      if (reachable) log.error({ err: error }, 'the store could not be followed; trying again every second')
      reachable = false
    }
  }
  const lookOnce = (): Promise<void> => {
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }
  const heard = ({ generation, event }: StoreChange): void => {
    newest.generation = Math.max(newest.generation, generation ?? 0)
    newest.event = Math.max(newest.event, event ?? 0)
    if (generation === undefined && event === undefined) void lookOnce()
    // our own commits are told as well; they are in use already
    if (generation !== undefined && generation > engine.generation.id) engine.refresh().catch(() => undefined)
    if (event !== undefined) matches.log.follow(event).catch(() => undefined)
  }
  const watch = await store.watch(heard)
  // a server that fails to start after this must end: what listens keeps the process alive, not this
  const timer = setInterval(() => void lookOnce(), POLL_MS).unref()
  return {
    lag() {
      const generations = Math.max(0, newest.generation - engine.generation.id)
      const events = Math.max(0, newest.event - matches.log.lastSeq)
      const behind = !reachable || generations > 0 || events > 0
      return {
        reachable,
        told: watch?.connected ?? false,
        generations,
        events,
        seconds: behind ? Math.round((Date.now() - syncedAt) / 100) / 10 : 0,
      }
    },
    async close() {
      clearInterval(timer)
      await watch?.close()
      await looking
    },
  }
}
