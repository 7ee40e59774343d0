import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '../../src/core/errors.js'
import type { Imported } from '../../src/core/imported.js'
import { importManifest } from '../../src/core/manifest.js'
import type { SourceFault } from './catalogue.js'
import { type CsvOptions, importCsv } from './csv.js'
import { readDocuments } from './documents.js'
import { importMcpRegistry } from './mcp-registry.js'
import { importMcpTools, type McpOptions } from './mcp-tools.js'
import { importOpenApi } from './openapi.js'

export const IMPORT_FORMATS = ['mcp-registry', 'mcp-tools', 'openapi', 'manifest', 'csv'] as const
export type ImportFormat = (typeof IMPORT_FORMATS)[number]

export interface FileImport {
  file: string
  records: Imported['records']
  errors: SourceFault[]
  warnings: SourceFault[]
}

/** `source` is the file's name unless given. */
export type FileImportOptions = Omit<McpOptions & CsvOptions, 'source'> & { source?: string }

/**
 * Reads one file of a foreign format. Faults carry file and line. Rejects only when the file cannot be read
 * (`not-found`).
 */
export async function importFile(format: ImportFormat, file: string, options: FileImportOptions): Promise<FileImport> {
  const told = { ...options, source: options.source ?? basename(file) }
  const result: FileImport = { file, records: [], errors: [], warnings: [] }
  try {
    if (format === 'csv') {
      const { records, errors, warnings } = importCsv(await readFile(file, 'utf8'), told)
      const place = (fault: { path: string; message: string }) => ({
        file,
        line: Number(/^lines\.(\d+)/.exec(fault.path)?.[1] ?? 1),
        ...fault,
      })
      return { file, records, errors: errors.map(place), warnings: warnings.map(place) }
    }
    for await (const document of readDocuments(file, { lists: 'whole' })) {
      if ('fault' in document) {
        result.errors.push({ file, line: document.line, ...document.fault })
        continue
      }
      const { records, errors, warnings } = IMPORTERS[format](document.value, told)
      result.records.push(...records)
      const lines = document.linesOf([...errors, ...warnings].map(({ path }) => path))
      const place = (fault: Imported['errors'][number], i: number) => ({ file, line: lines[i]!, ...fault })
      result.errors.push(...errors.map(place))
      result.warnings.push(...warnings.map((fault, i) => place(fault, errors.length + i)))
    }
  } catch (cause) {
    throw new AppError('not-found', `${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
  return result
}

const IMPORTERS: Readonly<Record<Exclude<ImportFormat, 'csv'>, (input: unknown, options: McpOptions) => Imported>> = {
  'mcp-registry': importMcpRegistry,
  'mcp-tools': importMcpTools,
  openapi: importOpenApi,
  manifest: importManifest,
}
