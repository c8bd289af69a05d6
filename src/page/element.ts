// Building and finding elements with their types kept.

/** A new element with a class and children; an empty class is left out. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

/** The element of index.html that carries `data-part="name"`. */
export function part<Kind extends HTMLElement>(name: string, kind: new () => Kind): Kind {
  const found = document.querySelector(`[data-part="${name}"]`);
  if (found instanceof kind) return found;
  throw new Error(`index.html has no ${kind.name} with data-part="${name}"`);
}
