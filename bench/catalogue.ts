import { once } from 'node:events'
import fs from 'node:fs'
import { readCatalogue } from '../indexer/sources/catalogue.js'
import type { ToolRecord } from '../src/core/catalogue.js'
import { generator } from '../src/core/evidence/random.js'

/** Share of words of a copy that are other words, and other ones in every copy: near enough to compete, never the same text. */
const CHANGED_WORDS = 0.3
/** Words to draw from, in the frequencies of the catalogue. */
const WORDS = 20_000

/**
 * Writes a catalogue of so many capabilities: the first ones of the given files, and when these have fewer, copies in which every third word
 * is another word of the catalogue (and so the vector another vector). All of them when no size is given.
 * @returns capabilities written
 */
export async function writeCatalogue(
  paths: readonly string[],
  file: string,
  size: number | undefined,
  seed: number,
): Promise<number> {
  const out = fs.createWriteStream(file)
  const put = async (record: ToolRecord) => {
    if (!out.write(`${JSON.stringify(record)}\n`)) await once(out, 'drain')
  }
  const originals: ToolRecord[] = []
  let written = 0
  for await (const record of recordsOf(paths)) {
    originals.push(record)
    written += await write(record, size, written, put)
    if (written === size) break
  }
  const change = perturber(originals, seed)
  for (let copy = 1; size !== undefined && written < size && originals.length > 0; copy++) {
    for (const record of originals) {
      written += await write(copyOf(record, copy, change), size, written, put)
      if (written === size) break
    }
  }
  out.end()
  await once(out, 'finish')
  return written
}

async function* recordsOf(paths: readonly string[]): AsyncGenerator<ToolRecord> {
  for await (const entry of readCatalogue(paths)) if ('record' in entry) yield entry.record
}

async function write(
  record: ToolRecord,
  size: number | undefined,
  written: number,
  put: (record: ToolRecord) => Promise<void>,
): Promise<number> {
  const capabilities = record.capabilities.slice(0, (size ?? Number.POSITIVE_INFINITY) - written)
  await put({ ...record, capabilities })
  return capabilities.length
}

/** A text with some of its words exchanged. */
export type Perturb = (text: string) => string

export function perturber(records: readonly ToolRecord[], seed: number): Perturb {
  const random = generator(seed)
  const words: string[] = []
  for (const { capabilities } of records) {
    for (const { name, description } of capabilities) words.push(...`${name} ${description}`.split(/\s+/, 50))
    if (words.length > WORDS) break
  }
  const draw = () => words[Math.floor(random() * words.length)]!
  return (text) =>
    text
      .split(' ')
      .map((word) => (random() < CHANGED_WORDS ? draw() : word))
      .join(' ')
}

function copyOf(record: ToolRecord, copy: number, change: Perturb): ToolRecord {
  return {
    ...record,
    slug: `${record.slug.slice(0, 110)}-copy-${copy}`,
    name: `${record.name} ${copy}`.slice(-200),
    capabilities: record.capabilities.map(({ id: _id, ...one }) => ({
      ...one,
      name: change(one.name).slice(0, 200).trim(),
      description: change(one.description).slice(0, 8000).trim(),
      ...(one.intents && { intents: one.intents.map((intent) => change(intent).slice(0, 500).trim()) }),
    })),
  }
}
