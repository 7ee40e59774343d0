import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { AppError } from '../../src/core/errors.js'

/** Two texts that mean the same thing; the smallest unit of training. */
export interface Pair {
  /** Where it comes from; half of the batches are drawn from one source. */
  source: string
  anchor: string
  positive: string
  /** How often it is drawn, relative to others. */
  weight: number
  /** The anchor is a person's request and the positive names what it asks for. */
  isRequest?: boolean
}

/** Kinds of pairs that are requests with the name of what they ask for. */
const REQUESTS = new Set(['intent-name'])

/** Share of pairs drawn, by kind: what is frequent in documentation and says little is drawn less. From the reference recipe. */
const KIND_WEIGHT: Record<string, number> = {
  table: 0.45,
  list: 0.7,
  'ps-param': 0.25,
  'proto-field': 0.35,
  'boto-field': 0.35,
  'proto-message': 0.4,
  'proto-enum': 0.3,
  'thead-body': 0.6,
  'intent-para': 0.7,
  'intent-name': 0.7,
  'aws-ex': 1.5,
  'proto-rpc': 1.5,
  'boto-op': 1.3,
}

/**
 * Reads `source:kind TAB anchor TAB positive` lines, plain or gzip (by the name's ending), streamed.
 * @throws AppError `not-found` without the file, `damaged-file` when a line has not three fields
 */
export async function* readPairs(file: string): AsyncGenerator<Pair> {
  const raw = createReadStream(file)
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw
  // a failed source does not end the pipe by itself
  raw.on('error', (error) => input.destroy(error))
  let number = 0
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++
      if (line === '') continue
      const [origin, anchor, positive, ...more] = line.split('\t')
      if (positive === undefined || more.length > 0) {
        throw new AppError('damaged-file', `${file}:${number}: a line is "source:kind TAB anchor TAB positive".`)
      }
      const [source, kind] = splitOrigin(origin!)
      yield { source, anchor: anchor!, positive, weight: KIND_WEIGHT[kind] ?? 1, isRequest: REQUESTS.has(kind) }
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new AppError(missing ? 'not-found' : 'damaged-file', `${file} cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
}

function splitOrigin(origin: string): [string, string] {
  const colon = origin.lastIndexOf(':')
  return colon < 0 ? [origin, ''] : [origin.slice(0, colon), origin.slice(colon + 1)]
}
