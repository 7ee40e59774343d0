import type { Settings } from '../config.js'
import { DAY } from '../core/evidence/decay.js'
import { forgetUnreported } from '../engine/forgetting.js'
import type { LogStore } from '../store/store.js'

/** A start has other things to do. */
const FIRST_MS = 60_000

/**
 * Forgets once a day what was shown long ago and nobody reported on; the answered function stops that, and resolves when it has.
 * @param onError told when it could not be done; the next day it is tried again
 */
export function keepForgetting(
  log: LogStore,
  { MATCHGRAPH_KEEP_IMPRESSIONS: days }: Pick<Settings, 'MATCHGRAPH_KEEP_IMPRESSIONS'>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  if (days === 0) return async () => undefined
  const stopping = new AbortController()
  let running: Promise<unknown> = Promise.resolve()
  let timer: NodeJS.Timeout
  const inA = (ms: number): void => {
    timer = setTimeout(() => {
      running = forgetUnreported(log, days, Date.now(), stopping.signal).catch(onError)
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
