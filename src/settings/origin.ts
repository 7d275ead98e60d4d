/** Where the value of a setting came from; origins win in the order of the union. */
export type Origin =
  | { readonly source: 'command line'; readonly detail: null }
  /** `detail` is the name of the variable. */
  | { readonly source: 'environment'; readonly detail: string }
  /** `detail` is the path of the file, with the line after a colon where it is known. */
  | { readonly source: 'pyproject.toml'; readonly detail: string }
  | { readonly source: 'default'; readonly detail: null }

/** The origin of what was typed. */
export const fromCommandLine: Origin = Object.freeze({ source: 'command line', detail: null })

/** The origin of what nobody gave. */
export const fromDefault: Origin = Object.freeze({ source: 'default', detail: null })

/** ` (from MODWSGI_DEV_PORT)` for the end of a message; nothing for what the user just typed. */
export function originNote(origin: Origin): string {
  return origin.detail === null ? '' : ` (from ${origin.detail})`
}
