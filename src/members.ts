/** The members of something that may be anything; none where it is no object. */
export function members(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

export type Members = { readonly [name: string]: unknown };
