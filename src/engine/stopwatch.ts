/** Times the stages of one search, milliseconds each. */
export class Stopwatch {
  readonly stages: Record<string, number> = {}
  private last = performance.now()

  /** Ends the stage that began with the last lap. */
  lap(stage: string): void {
    const now = performance.now()
    this.stages[stage] = (this.stages[stage] ?? 0) + now - this.last
    this.last = now
  }
}
