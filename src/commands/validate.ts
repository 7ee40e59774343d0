import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { type LintReport, lintCatalogue, type SourceWarning } from '../../indexer/lint/catalogue.js'
import type { SourceFault } from '../../indexer/sources/catalogue.js'
import { importFile } from '../../indexer/sources/import.js'
import { AppError } from '../core/errors.js'
import { loadEmbedder } from '../embed/load.js'
import { type CommonOptions, common, print } from './command.js'

interface ValidateOptions extends CommonOptions {
  strict?: boolean
}

export function register(program: Command): void {
  common(
    program
      .command('validate <path...>')
      .description('check catalogue files, folders and unfragile.yml manifests; exit 1 when there is an error')
      .option('--strict', 'warnings count as errors'),
  ).action(async (paths: string[], options: ValidateOptions) => {
    const report = await validate(paths)
    print(options, report, () => asText(report))
    const { errors, warnings } = report
    if (errors.length > 0 || (options.strict && warnings.length > 0)) process.exitCode = 1
  })
}

/** Manifests are told from catalogue files by what they hold, so that one command checks a folder of both. */
async function validate(paths: readonly string[]): Promise<LintReport> {
  const manifests: string[] = []
  const catalogues: string[] = []
  for (const path of paths) ((await isManifest(path)) ? manifests : catalogues).push(path)
  const embedder = await loadEmbedder(undefined, { cacheDir: '' })
  try {
    const report = await lintCatalogue(catalogues, embedder)
    for (const file of manifests) {
      const { records, errors, warnings } = await importFile('manifest', file, { asOf: '1970-01-01' })
      report.tools += records.length
      report.capabilities += records.reduce((sum, record) => sum + record.capabilities.length, 0)
      report.errors.push(...errors)
      report.warnings.push(...warnings.map((one) => ({ rule: 'manifest', ...one })))
    }
    return report
  } finally {
    await embedder.close()
  }
}

async function isManifest(path: string): Promise<boolean> {
  if (!/\.(ya?ml|json)$/i.test(path)) return false
  try {
    return /^[ \t]*["']?unfragile_version["']?[ \t]*:/m.test(await readFile(path, 'utf8'))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EISDIR') return false
    throw new AppError('not-found', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** `file:line: path message`, the form that editors and terminals make clickable. */
export const placed = ({ file, line, path, message, suggestion }: SourceFault): string =>
  `${file}:${line}: ${path === '' ? '' : `${path} `}${message}${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`

const placedWarning = (warning: SourceWarning): string => `${placed(warning)} [${warning.rule}]`

function asText({ tools, capabilities, errors, warnings }: LintReport): string {
  const count = (n: number, word: string) => `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`
  return [
    ...errors.map((fault) => `error    ${placed(fault)}`),
    ...warnings.map((warning) => `warning  ${placedWarning(warning)}`),
    `${count(tools, 'sound tool')} with ${count(capabilities, 'capability').replace('capabilitys', 'capabilities')}; ${count(errors.length, 'error')}, ${count(warnings.length, 'warning')}.`,
  ].join('\n')
}
