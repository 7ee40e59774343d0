import { embedMissing } from '../../indexer/embed.js'
import { planTool } from '../../indexer/plan.js'
import { bringUpSearchTables } from '../../indexer/search-tables.js'
import { AppError } from '../core/errors.js'
import { readRecord } from '../core/read-record.js'
import type { Engine } from '../engine/engine.js'
import type { Live } from '../engine/live.js'
import type { CatalogueWriter } from '../http/env.js'
import type { Opened } from './open.js'

/** Joins engine and indexer for single records: check, plan, embed, publish, searchable. */
export function catalogueWriter(engine: Engine, opened: Opened): CatalogueWriter {
  const { store } = opened
  const publish = async (
    now: number,
    change: Pick<Parameters<Engine['apply']>[0], 'put' | 'remove'>,
    { embedder }: Live = engine.live,
  ) => {
    const applied = await engine.apply({ at: now, model: embedder.model, dims: embedder.dims, ...change })
    if (opened.searchTables) await bringUpSearchTables({ ...opened, embedder }, opened.searchTables)
    return applied
  }
  return {
    async put(written, now) {
      const { record, faults } = readRecord(written)
      if (!record || faults.length > 0) {
        const words = faults.slice(0, 3).map((f) => `${f.path || 'the record'} ${f.message}`)
        throw new AppError('invalid-record', `The record is not valid: ${words.join('; ')}.`, { faults })
      }
      // what a large change is about to replace must not be planned on, nor its vectors be taken for unused
      await engine.ready()
      const { catalogue } = store
      const retired = (await catalogue.retired(record.slug)).get(record.slug)
      const put = planTool(record, await catalogue.tool(record.slug), retired)
      const { live } = engine
      await embedMissing({ ...opened, embedder: live.embedder }, [put], { paths: [], now })
      return (await publish(now, { put: [put], remove: [] }, live)).generation.id
    },
    async remove(slug, now) {
      await engine.tool(slug)
      return (await publish(now, { put: [], remove: [slug] })).generation.id
    },
  }
}
