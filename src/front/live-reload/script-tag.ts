/** The tag of the script that reloads a page. */
export interface ScriptTagParts {
  /** Path of the script. */
  readonly path: string
  /** See {@link stateWord}. */
  readonly state: string
  /** Of the page's Content-Security-Policy; null: none is needed. */
  readonly nonce: string | null
  /** Whether the page may listen through a worker. */
  readonly mayShare: boolean
}

/** Good HTML and good XML. Its length is even, so that blanks of two bytes each can take its place. */
export function scriptTag({ path, state, nonce, mayShare }: ScriptTagParts): Buffer {
  const allowed = nonce === null ? '' : ` nonce="${nonce}"`
  const alone = mayShare ? '' : ' data-alone="alone"'
  const text = `<script xmlns="http://www.w3.org/1999/xhtml" async="async" src="${path}" data-state="${state}"${alone}${allowed}></script>\n`
  return Buffer.from(text.length % 2 === 0 ? text : `${text}\n`, 'latin1')
}
