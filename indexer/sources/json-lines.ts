import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** Longest line that is read, in characters: a tool with 20,000 capabilities stays under it. */
export const MAX_LINE = 64 * 1024 * 1024

/**
 * The lines of a text file, one at a time, `.gz` unpacked on the way. Only line feeds end a line (JSON strings may hold
 * U+2028). A line over `MAX_LINE` comes as `undefined`. Rejects when the file cannot be read or unpacked.
 */
export async function* readLines(file: string): AsyncGenerator<string | undefined> {
  const bytes = createReadStream(file, { highWaterMark: 256 * 1024 })
  const source = file.endsWith('.gz') ? pipeline(bytes, createGunzip(), () => {}) : bytes
  const decoder = new TextDecoder()
  let parts: string[] = []
  let length = 0
  const finish = () => {
    const line = length > MAX_LINE ? undefined : parts.join('')
    parts = []
    length = 0
    return line?.endsWith('\r') ? line.slice(0, -1) : line
  }
  const keep = (part: string) => {
    length += part.length
    if (length <= MAX_LINE) parts.push(part)
    else parts = []
  }
  try {
    for await (const chunk of source) {
      const text = decoder.decode(chunk as Buffer, { stream: true })
      let start = 0
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        keep(text.slice(start, end))
        yield finish()
        start = end + 1
      }
      keep(text.slice(start))
    }
    keep(decoder.decode())
    if (length > 0) yield finish()
  } finally {
    bytes.destroy()
  }
}
