import { createHash } from 'node:crypto'
import { canonicalJson } from '../src/core/canonical.js'
import type { ToolRecord } from '../src/core/catalogue.js'
import { documentOf, embeddedTexts } from '../src/core/indexed-text.js'
import type { RetiredCapability, StoredTool, ToolPut } from '../src/store/store.js'
import { assignIds, capabilityHash, recordHash } from './identity.js'

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** A text by content hash: the key of its embedding. */
export const textHash = digest

/**
 * What a record comes to in the store: ids, content hashes, and the hashes of the texts to embed. Pure.
 * @param retired capabilities of the tool that left: their ids are for them, should they come back, and for nothing else
 */
export function planTool(
  record: ToolRecord,
  stored: StoredTool | undefined,
  retired: readonly RetiredCapability[] = [],
): ToolPut {
  const known = [...(stored?.capabilities ?? []), ...retired]
  const ids = assignIds(
    record,
    known.map((c) => ({ id: c.id, hash: capabilityHash(c), name: c.name })),
  )
  const capabilities = record.capabilities.map((capability, i) => ({
    id: ids[i]!,
    // the label is left out of the hash: what is hashed is what is indexed
    hash: digest(canonicalJson({ ...documentOf(0, capability, record) })),
    texts: embeddedTexts(capability).map(textHash),
  }))
  return { record, hash: recordHash(record), capabilities }
}

/** Texts of these tools by content hash: what may have to be embedded. */
export function textsOf(puts: readonly ToolPut[]): Map<string, string> {
  const texts = new Map<string, string>()
  for (const put of puts) {
    put.record.capabilities.forEach((capability, i) => {
      for (const [t, text] of embeddedTexts(capability).entries()) texts.set(put.capabilities[i]!.texts[t]!, text)
    })
  }
  return texts
}
