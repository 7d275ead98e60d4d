/** Says that options do nothing for want of another one. */
export function withoutEffect(missing: string, names: readonly string[]): string {
  return `without ${missing} ${names.join(' and ')} ${names.length > 1 ? 'have' : 'has'} no effect`
}
