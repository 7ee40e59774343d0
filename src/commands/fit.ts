import fs from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { fitSets, noMatchSets, readCrowd } from '../../indexer/fit/collect.js'
import { fitConfidence, type NoMatchScore, scoreNoMatch } from '../../indexer/fit/confidence.js'
import { fitLines, fitRelevance, withFeatureWeights } from '../../indexer/fit/fit.js'
import { loadQuerySet } from '../../indexer/fit/query-set.js'
import { parseRelevanceWeights } from '../core/relevance/weights.js'
import { loadEmbedder, loadTokenTable } from '../embed/load.js'
import { type CommonOptions, common, print, settingsOf, usageError } from './command.js'
import { dataFolder } from './open.js'

interface FitOptions extends CommonOptions {
  crowd?: string
  limit: string
  out?: string
}

export function register(program: Command): void {
  common(
    program
      .command('fit <dirs...>')
      .description(
        'fit the weights of relevance and confidence on query sets, leaving one set out each time, and say what each feature is worth',
      )
      .option('--crowd <catalogue>', 'a catalogue whose capabilities are put among each set’s own as distractors')
      .option('--limit <n>', 'queries a set, at most', '200')
      .option('--out <file>', 'write the new weights there, in the form of data/relevance.json'),
  ).action(async (dirs: string[], options: FitOptions) => {
    const limit = Number(options.limit)
    if (dirs.length < 2) throw usageError('fit needs at least two query sets, so that one can be left out.')
    if (!Number.isInteger(limit) || limit < 1) throw usageError('--limit must be a whole number above 0.')
    const settings = settingsOf(options)
    const weights = parseRelevanceWeights(fs.readFileSync(path.join(dataFolder(), 'relevance.json'), 'utf8'))
    const embedder = await loadEmbedder(settings.MATCHGRAPH_MODEL, {
      cacheDir: path.join(settings.MATCHGRAPH_HOME, 'models'),
    })
    try {
      const sets = dirs.map(loadQuerySet)
      const crowd = options.crowd ? await readCrowd([options.crowd]) : []
      const fitting = { embedder, table: await loadTokenTable(), weights, limit }
      const report = fitRelevance(await fitSets(sets, crowd, fitting), weights)
      const next = withFeatureWeights(weights, report.weights)
      const noMatch = await noMatchSets(sets, { ...fitting, weights: next })
      const confidence = fitConfidence(noMatch)
      const heldOut = noMatch.map((set) => scoreNoMatch(set, fitConfidence(noMatch.filter((other) => other !== set))))
      const fitted = { on: sets.map(({ name }) => name), limit, crowd: crowd.length, heldOut, order: report.heldOut }
      const result = { ...next, fitted, confidence }
      if (options.out) fs.writeFileSync(options.out, `${JSON.stringify(result, null, 2)}\n`)
      print(options, { report, heldOut, weights: result }, () =>
        [...fitLines(report), '', ...confidenceLines(heldOut)].join('\n'),
      )
    } finally {
      await embedder.close()
    }
  })
}

function confidenceLines(scores: readonly NoMatchScore[]): string[] {
  const row = (name: string, cells: readonly string[]) =>
    name.padEnd(24) + cells.map((cell) => cell.padStart(11)).join('')
  const of = ({ aurocPresent, aurocRight, aurocOther, ece, answered }: NoMatchScore) => [
    aurocPresent,
    aurocRight,
    aurocOther,
    ece,
    answered.gone.match,
    answered.other.match,
    answered.there.none,
    answered.other.none,
  ]
  const head = ['present', 'right', 'other', 'ECE', 'gone→match', 'other→match', 'there→none', 'other→none']
  return [
    row('confidence, held out', head),
    ...scores.map((score) =>
      row(
        score.set,
        of(score).map((n) => n.toFixed(3)),
      ),
    ),
  ]
}
