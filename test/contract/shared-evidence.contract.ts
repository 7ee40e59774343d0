import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../src/core/errors.js'
import { EvidenceLog } from '../../src/engine/evidence-log.js'
import type { Store } from '../../src/store/store.js'
import { drawnLog, dump, logOf } from '../unit/evidence/events.js'

export interface SharedPlace {
  /** Opens the place once more, as another process would. */
  open(): Promise<Store>
  drop(): Promise<void>
}

/** Three servers on one store; what each writes reaches the others in the same order, so all hold the same evidence. */
export function sharedEvidenceContract(name: string, place: () => Promise<SharedPlace>, runs: number): void {
  describe(`evidence shared by servers: ${name}`, () => {
    it('is bit for bit the same on all, in every replay and after a start', async () => {
      const nodes = fc.array(fc.nat(2), { minLength: 90, maxLength: 90 })
      await fc.assert(
        fc.asyncProperty(drawnLog(), nodes, async (drawn, who) => {
          const { open, drop } = await place()
          const stores = [await open(), await open(), await open()]
          const logs: EvidenceLog[] = []
          for (const store of stores) logs.push(await EvidenceLog.open(store))
          const { events, impressions } = logOf(drawn)
          const pick = (i: number): EvidenceLog => logs[who[i % who.length]!]!
          ;[...impressions.values()].forEach((impression, i) => {
            pick(i).note(impression)
          })
          for (const log of logs) await log.flush()
          for (const [i, event] of events.entries()) {
            if (event.kind === 'match') {
              const { payload: match } = event
              const dedupe = [`o/${match.impression}/${match.capability}/${match.outcome}`]
              const impression = impressions.get(match.impression)!
              await pick(i).record({ match, impression, dedupe }).catch(refused)
            } else if (event.kind !== 'impression') await pick(i).apply(event)
          }
          for (const log of logs) await log.follow()
          const [first, ...others] = logs.map((log) => dump(log.evidence))
          for (const other of others) expect(other).toBe(first)
          for (const log of logs) expect((await log.replay()).identical).toBe(true)
          for (const log of logs) await log.close()
          const again = await EvidenceLog.open(stores[1]!)
          expect(dump(again.evidence)).toBe(first)
          await again.close()
          for (const store of stores) await store.close()
          await drop()
        }),
        { seed: 3, numRuns: runs },
      )
    })

    it('hands the stored rows to the next when their writer is gone', async () => {
      const { open, drop } = await place()
      const [one, two] = [await open(), await open()]
      const first = await EvidenceLog.open(one)
      const second = await EvidenceLog.open(two)
      const { impressions } = logOf({
        impressions: [{ topic: 1, tilt: 0.1, stems: [1], shown: [1, 2, 3], client: 0, day: 1 }],
        acts: [],
      })
      const impression = impressions.get('i0')!
      const match = (id: string, capability: string, client: string) => ({
        match: {
          id,
          at: impression.at,
          impression: 'i0',
          capability,
          outcome: 'selected' as const,
          client,
          known: true,
        },
        impression,
        dedupe: [id],
      })
      first.note(impression)
      await first.record(match('m1', 'cap-1', 'a'))
      await first.close()
      await second.record(match('m2', 'cap-2', 'b'))
      // nobody holds the rows now, so the second writes them all, with what the first had counted
      await second.close()
      const third = await EvidenceLog.open(one)
      const rows: string[] = []
      for await (const { key } of one.log.evidence()) rows.push(key)
      expect(rows).toEqual(expect.arrayContaining(['c/0', 'c/1', 'c/2', 'g', 'seq']))
      expect(dump(third.evidence)).toBe(dump(second.evidence))
      await third.close()
      for (const store of [one, two]) await store.close()
      await drop()
    })
  })
}

const refused = (error: unknown): void => {
  if (!(error instanceof AppError) || error.status !== 409) throw error
}
