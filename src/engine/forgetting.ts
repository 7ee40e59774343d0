import { setTimeout as sleep } from 'node:timers/promises'
import { DAY } from '../core/evidence/decay.js'
import type { LogStore } from '../store/store.js'

/** Events looked at in one transaction, and the rest after it, milliseconds: searches and reports go on meanwhile. */
const PAGE = 100
const REST_MS = 20

/**
 * Deletes the impressions older than `days` that nobody reported on. They were never counted, so that evidence and its replay stay as they are.
 * @param days at least as many as a token is good for
 * @returns how many went
 */
export async function forgetUnreported(
  store: LogStore,
  days: number,
  now: number,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0
  for (let after = await store.compacted(); !signal?.aborted; await sleep(REST_MS)) {
    const looked = await store.forgetUnreported(after, now - days * DAY, PAGE)
    if (!looked) break
    after = looked.through
    removed += looked.removed
  }
  return removed
}
