import fs from 'node:fs'
import fsp, { type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import zlib from 'node:zlib'
import { AppError } from '../core/errors.js'

/**
 * Derived files are written as temp file → checksum → fsync → rename, and read back only when length and checksum agree:
 * a killed writer leaves the old file, a flipped byte is found before any native code reads it.
 */
const MAGIC = 'MGSNAP01'
/** Sections start at multiples of 8 so that any typed array can view them. */
const ALIGN = 8

interface Section {
  name: string
  offset: number
  length: number
  crc32: number
}

/** Name, size in bytes and CRC-32 of a finished file, as kept in the manifest. */
export interface FileSeal {
  name: string
  size: number
  crc32: number
}

const damaged = (file: string, what: string): AppError =>
  new AppError('damaged-file', `${file} is damaged (${what}); it is derived and will be rebuilt from the database.`)

/** Runs `write` on a temp file beside `file`, makes it durable, then puts it in place. */
export async function replaceFile(file: string, write: (temp: string) => Promise<void> | void): Promise<void> {
  const temp = `${file}.${process.pid}.tmp`
  await fsp.mkdir(path.dirname(file), { recursive: true })
  try {
    await write(temp)
    await syncPath(temp)
    await fsp.rename(temp, file)
    await syncPath(path.dirname(file))
  } catch (error) {
    await fsp.rm(temp, { force: true })
    throw error
  }
}

async function syncPath(target: string): Promise<void> {
  const handle = await fsp.open(target, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Size and checksum of a file, read in blocks of 1 MiB. */
export async function sealOf(file: string): Promise<FileSeal> {
  let crc32 = 0
  let size = 0
  for await (const block of fs.createReadStream(file, { highWaterMark: 1 << 20 })) {
    crc32 = zlib.crc32(block as Buffer, crc32)
    size += (block as Buffer).length
  }
  return { name: path.basename(file), size, crc32 }
}

/** @throws AppError `damaged-file` when the file is missing, cut short or changed */
export async function verifySeal(folder: string, seal: FileSeal): Promise<void> {
  const file = path.join(folder, seal.name)
  if (!fs.existsSync(file)) throw damaged(file, 'missing')
  const now = await sealOf(file)
  if (now.size !== seal.size) throw damaged(file, `${now.size} bytes instead of ${seal.size}`)
  if (now.crc32 !== seal.crc32) throw damaged(file, 'checksum differs')
}

/** Writes named byte sections into one file. */
export async function writeSections(file: string, sections: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await replaceFile(file, async (temp) => {
    const handle = await fsp.open(temp, 'w')
    try {
      const table: Section[] = []
      let offset = 16
      for (const [name, bytes] of sections) {
        await handle.write(bytes, 0, bytes.length, offset)
        table.push({ name, offset, length: bytes.length, crc32: zlib.crc32(bytes) })
        offset = Math.ceil((offset + bytes.length) / ALIGN) * ALIGN
      }
      const header = Buffer.from(JSON.stringify(table))
      await handle.write(header, 0, header.length, offset)
      const front = Buffer.alloc(16)
      front.write(MAGIC, 0, 'latin1')
      front.writeUIntLE(offset, 8, 6)
      await handle.write(front, 0, 16, 0)
    } finally {
      await handle.close()
    }
  })
}

/** Bytes checked at once, a few milliseconds where memory is new: searches go on while a new generation is loaded. */
const PIECE = 1 << 20
/** Pieces that other threads read ahead of the one that is checked. */
const AHEAD = 4

/** Spare room behind a section that will grow: an eighth of it. Memory that nobody touches costs nothing. */
const roomFor = (length: number) => Math.ceil((length + (length >> 3) + 4096) / ALIGN) * ALIGN

/** Where a section of so many bytes is read into; undefined for memory of its own. */
export type Place = (name: string, length: number) => Uint8Array<ArrayBuffer> | undefined

/** Memory with spare room behind the bytes, for a section that will grow. */
export const withRoom = (length: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(new ArrayBuffer(roomFor(length)), 0, length)

/**
 * Reads every section (8-byte aligned), once, into where it stays.
 * @throws AppError `damaged-file` when the file is not a snapshot or a checksum differs
 */
export async function readSections(
  file: string,
  place: Place = () => undefined,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const handle = await fsp.open(file, 'r').catch(() => {
    throw damaged(file, 'missing')
  })
  try {
    const { size } = await handle.stat()
    const front = Buffer.alloc(16)
    await handle.read(front, 0, 16, 0)
    const start = front.readUIntLE(8, 6)
    if (front.toString('latin1', 0, 8) !== MAGIC || start < 16 || start > size)
      throw damaged(file, 'no snapshot header')
    const header = Buffer.alloc(size - start)
    await handle.read(header, 0, header.length, start)
    const sections = new Map<string, Uint8Array<ArrayBuffer>>()
    const buffers = Array.from({ length: AHEAD }, () => Buffer.allocUnsafeSlow(PIECE))
    for (const { name, offset, length, crc32 } of parseTable(file, header)) {
      const bytes = place(name, length) ?? new Uint8Array(length)
      if ((await readInto(bytes, buffers, handle, offset)) !== crc32)
        throw damaged(file, `section ${name}: checksum differs`)
      sections.set(name, bytes)
    }
    return sections
  } finally {
    await handle.close()
  }
}

/**
 * Fills `bytes` with what stands at `offset` of a file; answers their CRC-32. The system fills buffers that it has filled before: memory that
 * is new costs it, and then this process again, more than a copy.
 */
async function readInto(
  bytes: Uint8Array,
  buffers: readonly Buffer[],
  handle: FileHandle,
  offset: number,
): Promise<number> {
  const starts = Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, i) => i * PIECE)
  const read = async (start: number, i: number) => {
    const buffer = buffers[i % AHEAD]!
    const { bytesRead } = await handle.read(buffer, 0, Math.min(PIECE, bytes.length - start), offset + start)
    return buffer.subarray(0, bytesRead)
  }
  const begin = (start: number, i: number) => {
    const piece = read(start, i)
    // one that fails before it is waited for must not end the process
    piece.catch(() => undefined)
    return piece
  }
  const reading = starts.slice(0, AHEAD).map(begin)
  let sum = 0
  try {
    for (const [i, start] of starts.entries()) {
      const piece = await reading[0]!
      reading.shift()
      bytes.set(piece, start)
      sum = zlib.crc32(piece, sum)
      await nextTurn()
      if (i + AHEAD < starts.length) reading.push(begin(starts[i + AHEAD]!, i + AHEAD))
    }
  } finally {
    // the file is closed next
    await Promise.allSettled(reading)
  }
  return sum
}

function parseTable(file: string, header: Buffer): Section[] {
  try {
    return JSON.parse(header.toString()) as Section[]
  } catch {
    throw damaged(file, 'unreadable table of sections')
  }
}
