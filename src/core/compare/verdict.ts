import type { Comparison, HeadToHead, Relation, Row, Scenario } from '../api/compare.js'
import type { Tool } from '../catalogue.js'
import { priceWords } from './price.js'
import { count, listed, quoted } from './words.js'

/** What a verdict is made of; all of it stands on the page too. */
export interface Findings {
  tools: readonly Tool[]
  relation: Relation
  scenarios: readonly Scenario[]
  table: readonly Row[]
  headToHead: HeadToHead
}

/** Situations by who wins them. */
interface Tally {
  alone: Map<string, Scenario[]>
  either: Scenario[]
  together: Scenario[]
  neither: Scenario[]
}

function tallyOf({ tools, scenarios }: Findings): Tally {
  const of = (outcome: Scenario['outcome']) => scenarios.filter((scenario) => scenario.outcome === outcome)
  return {
    alone: new Map(tools.map(({ slug }) => [slug, of('one').filter((scenario) => scenario.tools[0] === slug)])),
    either: of('either'),
    together: of('together'),
    neither: of('neither'),
  }
}

/** Two or three sentences that say for whom, with the numbers, and what would turn them round. */
export function verdictOf(findings: Findings): Comparison['verdict'] {
  const tally = tallyOf(findings)
  return {
    sentences: [...openingOf(findings, tally), findings.headToHead.note],
    flips: flipsOf(findings, tally),
  }
}

function openingOf({ tools, relation, scenarios }: Findings, tally: Tally): string[] {
  const nameOf = (slug: string) => tools.find((tool) => tool.slug === slug)!.name
  const of = `of ${count(scenarios.length, 'situation')}`
  const takes = tools.flatMap(({ slug, name }) => {
    const won = tally.alone.get(slug)!
    return won.length === 0 ? [] : [`${name} for ${titles(won)} (alone in ${won.length} ${of})`]
  })
  const take = takes.length > 0 ? [`Take ${listed(takes)}.`] : []
  if (relation.kind === 'complements') {
    const both =
      tally.together.length > 0
        ? `Not one or the other: ${tally.together.length} ${of} ${tally.together.length === 1 ? 'needs' : 'need'} both, such as ${titles(tally.together)}.`
        : `Not one or the other: they stand in different places of a stack, and no situation of ${scenarios.length} is a contest between them.`
    return [both, ...(takes.length > 0 ? [`By itself, take ${listed(takes)}.`] : [])]
  }
  if (relation.kind === 'unrelated') {
    return [`There is nothing to choose between: no capability of one stands in for one of the other.`, ...take]
  }
  if (relation.kind === 'contains' && relation.container) {
    const outer = nameOf(relation.container)
    const inner = listed(tools.filter((tool) => tool.slug !== relation.container).map((tool) => tool.name))
    return [
      `${outer} has ${inner} inside: take ${outer} when what it adds is wanted, ${inner} by itself when not.`,
      ...take,
    ]
  }
  const [contest = `In none ${of} does one win alone.`] = take
  const shared =
    tally.either.length > 0
      ? `In ${tally.either.length} ${of} either does (${titles(tally.either)}), so the price decides there: ${prices(tools)}.`
      : `In no situation do both do the same; ${prices(tools)}.`
  return [contest, shared]
}

const titles = (scenarios: readonly Scenario[]): string =>
  listed(scenarios.slice(0, 2).map((scenario) => quoted(lowerFirst(scenario.title))))

const lowerFirst = (text: string): string =>
  /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text

const prices = (tools: readonly Tool[]): string =>
  listed(
    tools.map(
      (tool) => `${tool.name} is ${priceWords(tool.pricing).replace(/^no price is known$/, 'without a known price')}`,
    ),
  )

/** What would turn the verdict round, computed from the tally; at most four sentences. */
function flipsOf(findings: Findings, tally: Tally): string[] {
  const { tools, relation, scenarios, table } = findings
  const contest = relation.kind === 'substitutes' || relation.kind === 'contains' ? leadFlip(tools, tally) : []
  const demands = scenarios.filter(({ origin, outcome }) => origin === 'attribute' && outcome !== 'either')
  const missing = table.filter((row) => row.state === 'partial').length
  const gaps =
    missing > 0
      ? [
          `${count(missing, 'row')} of the table ${missing === 1 ? 'has' : 'have'} no data for some of them; a value there may change the choice.`,
        ]
      : []
  return [...contest, ...demands.map((demand) => demandFlip(tools, demand)), ...gaps].slice(0, 4)
}

function leadFlip(tools: readonly Tool[], tally: Tally): string[] {
  const [first, second] = [...tally.alone]
    .map(([slug, won]) => ({ name: tools.find((tool) => tool.slug === slug)!.name, won }))
    .sort((x, y) => y.won.length - x.won.length)
  const lead = first!.won.length - second!.won.length
  if (first!.won.length === 0) return ['Any one situation of your own that only one of them serves decides.']
  if (lead === 0) {
    return [`It is level, ${first!.won.length} to ${second!.won.length}: whichever of the situations is yours decides.`]
  }
  // each one that changes sides moves the difference by two
  const lost = first!.won.slice(0, Math.ceil(lead / 2))
  return [
    `${first!.name} leads ${first!.won.length} to ${second!.won.length}; the lead is gone once ${second!.name} gains ${listed(lost.map(({ title }) => quoted(lowerFirst(title))))}, or once ${lead === 1 ? 'one situation that only it serves does' : `${lead} situations that only it serves do`} not matter to you.`,
  ]
}

function demandFlip(tools: readonly Tool[], { needs, outcome, tools: left, elsewhere }: Scenario): string {
  const condition = `If ${quoted(needs[0]!)} holds for you,`
  if (outcome === 'one') return `${condition} only ${tools.find((tool) => tool.slug === left[0])!.name} is left.`
  const others = elsewhere.length > 0 ? `; ${listed(elsewhere.map(({ name }) => name))} would be` : ''
  return `${condition} none of them is left${others}.`
}

/** Three sentences and three ways on. */
export function bottomLineOf(findings: Findings): Comparison['bottomLine'] {
  const { tools, relation, scenarios } = findings
  const tally = tallyOf(findings)
  const names = listed(tools.map((tool) => tool.name))
  const first: Record<Relation['kind'], string> = {
    complements: `${tools.map((tool) => tool.name).join(' + ')}, not one against the other.`,
    substitutes: `${names} do the same kind of work, so one of them is enough.`,
    contains: `${names} overlap by construction: what one is built of is the other.`,
    unrelated: `${names} answer different questions.`,
  }
  const lead = [...tally.alone].sort((x, y) => y[1].length - x[1].length)[0]
  const leader = lead && lead[1].length > 0 ? tools.find((tool) => tool.slug === lead[0])! : undefined
  const start = leader
    ? `${leader.name} is alone in ${lead![1].length} of ${scenarios.length} situations, most of all ${titles(lead![1])}${relation.kind === 'complements' ? '; start with the one whose situations are yours' : ''}.`
    : `No situation is served by one alone.`
  const gap = tally.neither[0]
  const elsewhere = gap
    ? `For ${quoted(lowerFirst(gap.title))} look elsewhere${gap.elsewhere.length > 0 ? `: ${listed(gap.elsewhere.map(({ name }) => name))}` : ''}.`
    : `If a situation of yours is not among these, ask for it in your own words.`
  return { sentences: [first[relation.kind], start, elsewhere], ways: waysOn(findings, tally) }
}

function waysOn({ tools, relation }: Findings, tally: Tally): Comparison['bottomLine']['ways'] {
  const [a, b] = tools as [Tool, Tool]
  const alternatives = (tool: Tool, text: string) => ({ text, href: `/alternatives/${tool.slug}` })
  if (relation.kind === 'substitutes') {
    return [
      alternatives(a, `What else replaces ${a.name}`),
      alternatives(b, `What else replaces ${b.name}`),
      searchFor(tally, a),
    ]
  }
  return [
    { text: `How ${a.name} and ${b.name} hang together`, href: `/graph?tool=${a.slug}` },
    alternatives(a, `Another tool in the place of ${a.name}`),
    alternatives(b, `Another tool in the place of ${b.name}`),
  ]
}

function searchFor(tally: Tally, tool: Tool): Comparison['bottomLine']['ways'][number] {
  const need = (tally.neither[0] ?? tally.together[0] ?? tally.either[0])?.needs[0]
  const query = need ?? tool.categories?.[0]?.replaceAll('-', ' ') ?? tool.name
  return { text: `Search everything for ${quoted(query)}`, href: `/search?q=${encodeURIComponent(query)}` }
}
