import { open } from 'node:fs/promises'
import { Argument, type Command, Option } from 'commander'
import type { SourceFault } from '../../indexer/sources/catalogue.js'
import {
  type FileImport,
  type FileImportOptions,
  IMPORT_FORMATS,
  type ImportFormat,
  importFile,
} from '../../indexer/sources/import.js'
import { importMcpTools } from '../../indexer/sources/mcp-tools.js'
import type { ToolRecord } from '../core/catalogue.js'
import { type CommonOptions, common, usageError } from './command.js'
import { placed } from './validate.js'
import { writeWhole } from './whole-file.js'

interface ImportOptions extends CommonOptions {
  out?: string
  asOf?: string
  source?: string
  slug?: string
  name?: string
  url?: string
  command?: string
  map?: string[]
}

export function register(program: Command): void {
  common(
    program
      .command('import')
      .description('make catalogue JSONL out of other formats')
      .addArgument(new Argument('<format>', 'what the files are').choices(IMPORT_FORMATS))
      .argument('[file...]', 'the files')
      .option('--out <file>', 'where the JSONL goes (default: stdout)')
      .addOption(
        new Option('--as-of <date>', 'date that every capability carries, YYYY-MM-DD (default: today)').argParser(date),
      )
      .option('--source <address>', 'where the files came from (default: their names)')
      .option('--slug <slug>', 'slug of the tool, where the file tells none or a wrong one')
      .option('--name <name>', 'name of the tool, likewise')
      .option('--url <address>', 'mcp-tools: where the server is reached')
      .option(
        '--command <command>',
        'mcp-tools: start this MCP server over stdio and ask it, instead of reading a file',
      )
      .option('--map <field=heading...>', 'csv: which column fills which of our fields'),
  ).action(async (format: ImportFormat, files: string[], options: ImportOptions) => {
    const told = { ...toldBy(options), asOf: options.asOf ?? new Date().toISOString().slice(0, 10) }
    const results =
      options.command === undefined
        ? await fromFiles(format, files, told)
        : [await fromServer(format, files, options.command, told)]
    const records = withoutTwins(results)
    await write(records, options.out)
    report(records, results, options)
  })
}

const toldBy = ({ source, slug, name, url, map }: ImportOptions) => ({
  source,
  slug,
  name,
  url,
  columns: columnsOf(map),
})

function date(text: string): string {
  if (!/^\d{4}(-\d{2}(-\d{2})?)?$/.test(text))
    throw usageError(`--as-of ${text}: write it as YYYY-MM-DD, YYYY-MM or YYYY.`)
  return text
}

function columnsOf(map: readonly string[] | undefined): Record<string, string> | undefined {
  if (map === undefined) return undefined
  return Object.fromEntries(
    map.map((one) => {
      const at = one.indexOf('=')
      if (at <= 0) throw usageError(`--map ${one}: write it as FIELD=HEADING, e.g. --map capability=Feature.`)
      return [one.slice(0, at), one.slice(at + 1)]
    }),
  )
}

async function fromFiles(
  format: ImportFormat,
  files: readonly string[],
  told: FileImportOptions,
): Promise<FileImport[]> {
  if (files.length === 0)
    throw usageError(`import ${format} needs at least one file${format === 'mcp-tools' ? ', or --command' : ''}.`)
  const results: FileImport[] = []
  for (const file of files) results.push(await importFile(format, file, told))
  return results
}

async function fromServer(
  format: ImportFormat,
  files: readonly string[],
  command: string,
  told: FileImportOptions,
): Promise<FileImport> {
  if (format !== 'mcp-tools') throw usageError(`--command goes with mcp-tools, not with ${format}.`)
  if (files.length > 0) throw usageError('Give --command or files, not both.')
  // the MCP client is only loaded for this
  const { listToolsOf } = await import('../../indexer/sources/mcp-live.js')
  const answer = await listToolsOf(command)
  const { records, errors, warnings } = importMcpTools(answer, { ...told, source: told.source ?? command, command })
  const place = (fault: { path: string; message: string }) => ({ file: command, line: 1, ...fault })
  return { file: command, records, errors: errors.map(place), warnings: warnings.map(place) }
}

/** A tool that several files describe is taken from the first; the others are errors. */
function withoutTwins(results: readonly FileImport[]): ToolRecord[] {
  const kept = new Map<string, ToolRecord>()
  for (const result of results) {
    for (const record of result.records) {
      if (!kept.has(record.slug)) kept.set(record.slug, record)
      else
        result.errors.push({
          file: result.file,
          line: 1,
          path: 'slug',
          message: `"${record.slug}" was already imported; give the other one another slug (--slug)`,
        })
    }
  }
  return [...kept.values()]
}

async function write(records: readonly ToolRecord[], out: string | undefined): Promise<void> {
  const lines = records.map((record) => `${JSON.stringify(record)}\n`)
  if (out === undefined) {
    process.stdout.write(lines.join(''))
    return
  }
  await writeWhole(out, async (part) => {
    const file = await open(part, 'w')
    try {
      for (const line of lines) await file.write(line)
    } finally {
      await file.close()
    }
  })
}

/** The report goes to stderr, since stdout may be the catalogue. */
function report(records: readonly ToolRecord[], results: readonly FileImport[], options: ImportOptions): void {
  const errors: SourceFault[] = results.flatMap((one) => one.errors)
  const warnings: SourceFault[] = results.flatMap((one) => one.warnings)
  const capabilities = records.reduce((sum, record) => sum + record.capabilities.length, 0)
  if (options.json && options.out !== undefined)
    process.stdout.write(`${JSON.stringify({ tools: records.length, capabilities, errors, warnings }, null, 1)}\n`)
  else {
    for (const fault of errors) process.stderr.write(`error    ${placed(fault)}\n`)
    for (const fault of warnings) process.stderr.write(`warning  ${placed(fault)}\n`)
    process.stderr.write(
      `Imported ${records.length} tools with ${capabilities} capabilities; ${errors.length} errors, ${warnings.length} warnings.\n`,
    )
  }
  if (errors.length > 0) process.exitCode = 1
}
