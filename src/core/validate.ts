import type { Fault } from './errors.js'
import { isObject } from './json.js'
import { lintRecord, type Warning } from './lint/record.js'
import { importManifest } from './manifest.js'
import { readRecord } from './read-record.js'

/** What is wrong with a record or manifest, and what could be better. */
export interface Validation {
  kind: 'catalogue' | 'manifest'
  /** No errors. */
  valid: boolean
  errors: Fault[]
  warnings: Warning[]
}

/**
 * Checks a catalogue record, or an `unfragile.yml` manifest (told by its `unfragile_version` or `artifact`). Paths are
 * those of the input. Never throws, whatever `input` is.
 */
export function validateRecord(input: unknown): Validation {
  if (isObject(input) && (Object.hasOwn(input, 'unfragile_version') || Object.hasOwn(input, 'artifact'))) {
    const { errors, warnings } = importManifest(input, { asOf: '1970-01-01', source: 'manifest' })
    return {
      kind: 'manifest',
      valid: errors.length === 0,
      errors,
      warnings: warnings.map((one) => ({ rule: 'manifest', ...one })),
    }
  }
  const { record, positions, faults } = readRecord(input)
  const warnings =
    record === undefined ? [] : lintRecord(record).map((one) => ({ ...one, path: asWritten(one.path, positions) }))
  return { kind: 'catalogue', valid: faults.length === 0, errors: faults, warnings }
}

/** A path of the kept record as a path of the input, where faulty capabilities still count. */
export const asWritten = (path: string, positions: readonly number[]): string =>
  path.replace(/^capabilities\.(\d+)/, (_, kept: string) => `capabilities.${positions[Number(kept)]}`)
