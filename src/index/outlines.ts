import { fnv1a } from '../core/fnv.js'
import { hashOfName } from '../core/fold-name.js'
import type { CapabilityOutline, ToolOutline } from '../core/outline.js'
import { growableF64, growableI32, growableU8, growableU32 } from './growable.js'
import { damaged, type NamedArrays, SectionReader } from './sections.js'

const NAME = 'outlines'
/** Tools whose texts become bytes in one piece. */
const PIECE = 256

/** The outlines of a catalogue as sections of a snapshot. What `Outlines` reads. */
export async function outlineSections(outlines: AsyncIterable<ToolOutline>): Promise<NamedArrays> {
  const [tools, texts] = [new Texts(), new Texts()]
  const [counts, labels, ids, names, bornAt] = [
    growableU32(),
    growableU32(),
    growableI32(),
    growableI32(),
    growableF64(),
  ]
  for await (const { tool, hash, capabilities } of outlines) {
    tools.add(JSON.stringify([hash, tool]))
    texts.add(JSON.stringify(capabilities.flatMap(({ id, name }) => [id, name])))
    counts.push(capabilities.length)
    for (const one of capabilities) {
      labels.push(one.label)
      ids.push(fnv1a(one.id))
      names.push(hashOfName(one.name))
      bornAt.push(one.bornAt)
    }
  }
  return [
    ...tools.sections('tools'),
    ...texts.sections('texts'),
    [`${NAME}.counts`, counts.view()],
    [`${NAME}.labels`, labels.view()],
    [`${NAME}.ids`, ids.view()],
    [`${NAME}.names`, names.view()],
    [`${NAME}.bornAt`, bornAt.view()],
  ]
}

/** A tool in `Outlines`: its capabilities are those from `first` on in the columns. */
export interface PlacedTool {
  tool: ToolOutline['tool']
  hash: string
  labels: Uint32Array
  first: number
  capabilities(): CapabilityOutline[]
}

/**
 * The outlines of a catalogue out of a snapshot. Ids and names of capabilities stay text until somebody asks for them: a million of them as
 * objects are four times the memory, and most of what a start would take.
 */
export class Outlines {
  /** By capability, in the order of the tools: FNV-1a of its id, and `hashOfName` of its name. */
  readonly ids: Int32Array
  readonly names: Int32Array
  /** Milliseconds since 1970. */
  readonly bornAt: Float64Array
  private readonly labels: Uint32Array
  private readonly counts: Uint32Array
  private readonly toolTexts: TextReader
  private readonly texts: TextReader

  /** @throws AppError `damaged-file` when a section is missing or does not fit the others */
  constructor(sections: ReadonlyMap<string, Uint8Array>) {
    const reader = new SectionReader(sections)
    this.labels = reader.u32(`${NAME}.labels`)
    this.ids = reader.i32(`${NAME}.ids`)
    this.names = reader.i32(`${NAME}.names`)
    this.bornAt = reader.f64(`${NAME}.bornAt`)
    this.counts = reader.u32(`${NAME}.counts`)
    this.toolTexts = new TextReader(reader, 'tools')
    this.texts = new TextReader(reader, 'texts')
    const total = this.counts.reduce((sum, count) => sum + count, 0)
    if ([this.labels, this.ids, this.names, this.bornAt].some(({ length }) => length !== total)) {
      throw damaged('the outlines are of different lengths')
    }
  }

  get highestLabel(): number {
    return this.labels.reduce((highest, label) => Math.max(highest, label), -1)
  }

  /** Files of before outlines were kept have none. */
  static areIn(sections: ReadonlyMap<string, Uint8Array>): boolean {
    return sections.has(`${NAME}.labels`)
  }

  *tools(): Generator<PlacedTool> {
    const { texts } = this
    let first = 0
    for (const [i, count] of this.counts.entries()) {
      const [hash, tool] = this.toolTexts.json(i) as [string, ToolOutline['tool']]
      const [from, end] = [first, first + count]
      const [labels, bornAt] = [this.labels.subarray(from, end), this.bornAt.subarray(from, end)]
      // holds what it reads, and not the texts of the tools
      const capabilities = () => capabilitiesOf(texts.json(i) as string[], labels, bornAt)
      yield { tool, hash, labels, first, capabilities }
      first = end
    }
  }
}

const capabilitiesOf = (texts: readonly string[], labels: Uint32Array, bornAt: Float64Array): CapabilityOutline[] =>
  Array.from(labels, (label, i) => ({ label, id: texts[2 * i]!, name: texts[2 * i + 1]!, bornAt: bornAt[i]! }))

/** Texts one after the other in bytes, and where each ends. */
class Texts {
  private readonly bytes = growableU8()
  private readonly ends = growableU32()
  private readonly waiting: string[] = []
  private length = 0

  add(text: string): void {
    this.waiting.push(text)
    this.length += Buffer.byteLength(text)
    this.ends.push(this.length)
    if (this.waiting.length === PIECE) this.write()
  }

  sections(name: string): NamedArrays {
    this.write()
    return [
      [`${NAME}.${name}`, this.bytes.view()],
      [`${NAME}.${name}Ends`, this.ends.view()],
    ]
  }

  private write(): void {
    this.bytes.pushAll(Buffer.from(this.waiting.join('')))
    this.waiting.length = 0
  }
}

class TextReader {
  private readonly bytes: Buffer
  private readonly ends: Uint32Array

  constructor(reader: SectionReader, name: string) {
    const { buffer, byteOffset, byteLength } = reader.u8(`${NAME}.${name}`)
    this.bytes = Buffer.from(buffer, byteOffset, byteLength)
    this.ends = reader.u32(`${NAME}.${name}Ends`)
  }

  json(i: number): unknown {
    return JSON.parse(this.bytes.toString('utf8', i === 0 ? 0 : this.ends[i - 1]!, this.ends[i]!))
  }
}
