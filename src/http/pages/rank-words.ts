/** The parts of a rank, as people read them. */
const PARTS: Readonly<Record<string, { label: string; about: string }>> = {
  matchGraph: { label: 'Match graph', about: 'chosen and worked, against what its positions made expect' },
  quality: { label: 'Quality of the record', about: 'values with a source, a dated price, failure modes named' },
  adoption: { label: 'Adoption', about: 'stars, downloads, dependents, each with its date' },
  freshness: { label: 'Freshness', about: 'age of the last release' },
  ecosystem: { label: 'Ecosystem', about: 'tools it is recorded to work with' },
}
export const partLabel = (name: string): string => PARTS[name]?.label ?? name
export const partAbout = (name: string): string => PARTS[name]?.about ?? ''
