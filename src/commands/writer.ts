import { embedMissing } from '../../indexer/embed.js'
import { planTool } from '../../indexer/plan.js'
import { bringUpSearchTables } from '../../indexer/search-tables.js'
import { AppError } from '../core/errors.js'
import { readRecord } from '../core/read-record.js'
import type { Engine } from '../engine/engine.js'
import type { CatalogueWriter } from '../http/env.js'
import type { Opened } from './open.js'

/** Joins engine and indexer for single records: check, plan, embed, publish, searchable. */
export function catalogueWriter(engine: Engine, opened: Opened): CatalogueWriter {
  const { store, embedder } = opened
  const publish = async (now: number, change: Pick<Parameters<Engine['apply']>[0], 'put' | 'remove'>) => {
    const applied = await engine.apply({ at: now, model: embedder.model, dims: embedder.dims, ...change })
    if (opened.searchTables) await bringUpSearchTables(opened, opened.searchTables)
    return applied
  }
  return {
    async put(written, now) {
      const { record, faults } = readRecord(written)
      if (!record || faults.length > 0) {
        const words = faults.slice(0, 3).map((f) => `${f.path || 'the record'} ${f.message}`)
        throw new AppError('invalid-record', `The record is not valid: ${words.join('; ')}.`, { faults })
      }
      const put = planTool(record, await store.catalogue.tool(record.slug))
      await embedMissing(opened, [put], { paths: [], now })
      return (await publish(now, { put: [put], remove: [] })).generation.id
    },
    async remove(slug, now) {
      await engine.tool(slug)
      return (await publish(now, { put: [], remove: [slug] })).generation.id
    },
  }
}
