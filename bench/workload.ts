import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'

/** One capability as every contender gets it. */
export interface Entry {
  /** Position in the corpus, from 0. */
  position: number
  name: string
  /** Description, intents, tags, and name and description of its tool: what matchgraph indexes of it. */
  text: string
  /** Unit length; of name and description. */
  vector: Float32Array
}

export interface Query {
  text: string
  /** Unit length, made by our encoder before the clock starts; only matchgraph embeds while it is measured. */
  vector: Float32Array
}

/** What is right: for each of the first queries the positions whose exact similarity is that of the tenth or better. */
export interface Truth {
  /** By the vectors that every contender has. */
  shared: number[][]
  /** By all vectors that matchgraph has (its intents have their own), as ids. */
  own: string[][]
}

export interface About {
  capabilities: number
  dims: number
  /** Queries to measure with, then queries to warm up with. */
  queries: number
  warmUp: number
  inserts: number
  /** Recorded in matchgraph's log. */
  matches: number
}

/** The files that all contenders read, each in its own process. */
export class Workload {
  readonly folder: string
  private known: About | undefined

  constructor(folder: string) {
    this.folder = folder
  }

  get about(): About {
    this.known ??= JSON.parse(fs.readFileSync(path.join(this.folder, 'about.json'), 'utf8')) as About
    return this.known
  }

  /** The corpus in batches, without ever being in memory as a whole. */
  corpus(batch = 2000): AsyncGenerator<Entry[]> {
    return entries({ folder: this.folder, name: 'corpus', dims: this.about.dims, first: 0, batch })
  }

  /** Capabilities that are not in the corpus, in batches. */
  async inserts(batch: number): Promise<Entry[][]> {
    const batches: Entry[][] = []
    const { dims, capabilities: first } = this.about
    for await (const some of entries({ folder: this.folder, name: 'inserts', dims, first, batch })) batches.push(some)
    return batches
  }

  queries(): { measured: Query[]; unmeasured: Query[] } {
    const texts = JSON.parse(fs.readFileSync(path.join(this.folder, 'queries.json'), 'utf8')) as string[]
    const bytes = fs.readFileSync(path.join(this.folder, 'queries.f32'))
    const { dims, queries } = this.about
    const all = texts.map((text, i) => ({ text, vector: floats(bytes, i, dims) }))
    return { measured: all.slice(0, queries), unmeasured: all.slice(queries) }
  }

  truth(): Truth {
    return JSON.parse(fs.readFileSync(path.join(this.folder, 'truth.json'), 'utf8')) as Truth
  }
}

const floats = (bytes: Buffer, row: number, dims: number): Float32Array =>
  new Float32Array(bytes.buffer.slice(bytes.byteOffset + row * dims * 4, bytes.byteOffset + (row + 1) * dims * 4))

interface Pair {
  folder: string
  /** NAME.jsonl and NAME.f32, a line and a row an entry. */
  name: string
  dims: number
  /** Position of the first entry. */
  first: number
  batch: number
}

async function* entries({ folder, name, dims, first, batch }: Pair): AsyncGenerator<Entry[]> {
  const lines = readline.createInterface({ input: fs.createReadStream(path.join(folder, `${name}.jsonl`)) })
  const vectors = fs.openSync(path.join(folder, `${name}.f32`), 'r')
  try {
    let some: Entry[] = []
    let row = 0
    for await (const line of lines) {
      const [entryName, text] = JSON.parse(line) as [string, string]
      const bytes = Buffer.alloc(dims * 4)
      fs.readSync(vectors, bytes, 0, bytes.length, row * bytes.length)
      some.push({ position: first + row++, name: entryName, text, vector: floats(bytes, 0, dims) })
      if (some.length < batch) continue
      yield some
      some = []
    }
    if (some.length > 0) yield some
  } finally {
    fs.closeSync(vectors)
  }
}
