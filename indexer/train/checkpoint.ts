import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { AppError } from '../../src/core/errors.js'
import type { TableState } from './optimise.js'

interface Header {
  /** What the run was asked to do: a checkpoint of another run is not continued. */
  run: string
  step: number
  randomState: number
  size: number
  dims: number
}

/** Writes beside the old file, then replaces it: a kill leaves one whole checkpoint. Layout: header length, JSON header, floats. */
export function writeCheckpoint(
  file: string,
  run: string,
  state: TableState,
  at: { step: number; randomState: number },
): void {
  const { size, dims } = state
  const header: Header = { run, ...at, size, dims }
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  const fd = openSync(`${file}.partial`, 'w')
  try {
    for (const part of [length, json, state.rows, state.moments]) if (part) writeSync(fd, part)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(`${file}.partial`, file)
}

/** The state to go on from, or undefined when there is none for this run. */
export function readCheckpoint(
  file: string,
  run: string,
): { state: TableState; step: number; randomState: number } | undefined {
  if (!existsSync(file)) return undefined
  const bytes = readFileSync(file)
  const start = 4 + (bytes.length < 4 ? 0 : bytes.readUInt32LE())
  let header: Header
  try {
    header = JSON.parse(bytes.subarray(4, start).toString())
  } catch (cause) {
    throw new AppError('damaged-file', `The checkpoint ${file} is damaged; delete it to start again.`, { cause })
  }
  if (header.run !== run) return undefined
  const { size, dims, step, randomState } = header
  const floats = 3 * size * dims
  if (bytes.length !== start + 4 * floats) {
    throw new AppError('damaged-file', `The checkpoint ${file} is cut off; delete it to start again.`)
  }
  const all = new Float32Array(new Uint8Array(bytes.subarray(start)).buffer)
  const state: TableState = {
    ...{ size, dims },
    rows: all.subarray(0, size * dims),
    moments: all.subarray(size * dims),
  }
  return { state, step, randomState }
}
