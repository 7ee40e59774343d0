import type { Settings } from '../config.js'
import { DAY } from '../core/evidence/decay.js'
import { forgetUnreported } from '../engine/forgetting.js'
import type { Logger } from '../http/log.js'
import type { LogStore } from '../store/store.js'

/** A start has other things to do. */
const FIRST_MS = 60_000

/** Forgets once a day what was shown long ago and nobody reported on; the answered function stops that, and resolves when it has. */
export function keepForgetting(
  store: LogStore,
  { MATCHGRAPH_KEEP_IMPRESSIONS: days }: Pick<Settings, 'MATCHGRAPH_KEEP_IMPRESSIONS'>,
  log: Logger,
): () => Promise<void> {
  if (days === 0) return async () => undefined
  const stopping = new AbortController()
  let running: Promise<unknown> = Promise.resolve()
  let timer: NodeJS.Timeout
  const inA = (ms: number): void => {
    timer = setTimeout(() => {
      running = forgetUnreported(store, days, Date.now(), stopping.signal).catch((error: unknown) =>
        log.error({ err: error }, 'old result lists could not be forgotten; tried again tomorrow'),
      )
      inA(DAY)
    }, ms).unref()
  }
  inA(FIRST_MS)
  return async () => {
    clearTimeout(timer)
    stopping.abort()
    await running
  }
}
