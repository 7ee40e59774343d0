import type { Capability } from '../../core/catalogue.js'

/** At most about so many are kept, a kilobyte each. */
const MOST = 8192

/** Capabilities of one generation that were shown lately: what is shown often is read and parsed once. */
export class ShownCapabilities {
  private readonly byLabel = new Map<number, Capability>()
  private generation: number | undefined

  /** Begins anew for another generation, and when there are too many. */
  of(generation: number | undefined): void {
    if (generation !== this.generation || this.byLabel.size > MOST) this.clear()
    this.generation = generation
  }

  has(label: number): boolean {
    return this.byLabel.has(label)
  }

  get(label: number): Capability | undefined {
    return this.byLabel.get(label)
  }

  set(label: number, capability: Capability): void {
    this.byLabel.set(label, capability)
  }

  clear(): void {
    this.byLabel.clear()
  }
}
