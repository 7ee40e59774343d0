import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Engine } from '../engine/engine.js'
import { portraitReads } from '../engine/portraits.js'
import type { Admission } from './admission.js'
import type { Env, Lag } from './env.js'

/** From half a millisecond to ten seconds, seconds. */
const BUCKETS = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.12, 0.25, 0.5, 1, 2.5, 5, 10]

/** Gauges that several processes add up; of the others the highest counts. */
const SUMMED = new Set([
  'searches_under_way',
  'matches_under_way',
  'refused_total',
  'log_pending',
  'portraits_kept_total',
  'portraits_read_total',
])

/** What a gauge reads at scrape time. */
export interface Readings {
  engine: Engine
  admission: Admission
  /** Impressions waiting to be written, and the sequence number evidence has reached. */
  log: { pending: number; lastSeq: number }
  lag?: () => Lag
  /** One of several processes, whose metrics are read together. */
  shared?: boolean
}

/** The Prometheus metrics of one server. */
export class Metrics {
  readonly registry = new Registry()
  private readonly seconds: Histogram<'route' | 'method' | 'status'>
  private readonly answers: Counter<'answer'>
  private readonly recorded: Counter<'status'>
  private readonly stages: Histogram<'stage'>

  constructor({ engine, admission, log, lag, shared }: Readings) {
    const registers = [this.registry]
    if (shared) {
      AggregatorRegistry.setRegistries(registers)
      new AggregatorRegistry()
    }
    collectDefaultMetrics({ register: this.registry, prefix: 'matchgraph_' })
    this.seconds = new Histogram({
      name: 'matchgraph_http_request_seconds',
      help: 'Time to answer, by route',
      labelNames: ['route', 'method', 'status'],
      buckets: BUCKETS,
      registers,
    })
    this.stages = new Histogram({
      name: 'matchgraph_search_stage_seconds',
      help: 'Time of a search, by stage',
      labelNames: ['stage'],
      buckets: BUCKETS,
      registers,
    })
    this.answers = new Counter({
      name: 'matchgraph_searches_total',
      help: 'Searches, by what was answered',
      labelNames: ['answer'],
      registers,
    })
    this.recorded = new Counter({
      name: 'matchgraph_matches_total',
      help: 'Matches reported, by what became of them',
      labelNames: ['status'],
      registers,
    })
    const gauges: [string, string, () => number][] = [
      ['generation', 'Generation being served', () => engine.generation.id],
      ['capabilities', 'Capabilities in it', () => engine.generation.capabilities],
      ['tombstone_share', 'Share of removed rows in the vector index', () => engine.live.index.semantic.waste],
      ['searches_under_way', 'Searches and pages being answered', () => admission.searches],
      ['matches_under_way', 'Matches waiting for their commit', () => admission.matches],
      ['refused_total', 'Requests turned away while behind', () => admission.refused],
      ['portraits_kept_total', 'Capabilities compared that were in memory', () => portraitReads.memory],
      ['portraits_read_total', 'Capabilities compared that had to be read', () => portraitReads.store],
      ['log_pending', 'Impressions not yet written', () => log.pending],
      ['log_last_seq', 'Sequence number that evidence has reached', () => log.lastSeq],
    ]
    if (lag) {
      gauges.push(
        ['store_reachable', 'Whether the shared store answered when last asked', () => Number(lag().reachable)],
        ['lag_generations', 'Generations that others published and that are not in use here', () => lag().generations],
        ['lag_events', 'Log events of others that are not in use here', () => lag().events],
        ['lag_seconds', 'Seconds since everything known was in use', () => lag().seconds],
      )
    }
    for (const [name, help, read] of gauges) {
      new Gauge({
        name: `matchgraph_${name}`,
        help,
        registers,
        aggregator: SUMMED.has(name) ? 'sum' : 'max',
        collect() {
          this.set(read())
        },
      })
    }
  }

  searched(answer: string, stages: Record<string, number>): void {
    this.answers.inc({ answer })
    for (const [stage, ms] of Object.entries(stages)) this.stages.observe({ stage }, ms / 1000)
  }

  matched(status: string): void {
    this.recorded.inc({ status })
  }

  /** Times every request by its route pattern, never by its address: an address would be a label without bound. */
  readonly observe = createMiddleware<Env>(async (c, next) => {
    const started = performance.now()
    await next()
    const route = routePath(c, -1)
    this.seconds.observe(
      { route, method: c.req.method, status: String(c.res.status) },
      (performance.now() - started) / 1000,
    )
  })
}
