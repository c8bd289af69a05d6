// Building HTML and SVG elements with their types kept.

type Child = Node | string;

/** A new element with a class and children; an empty class is left out. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = '',
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

export type Attributes = Readonly<Record<string, string | number>>;

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

export function button(className: string, label: string, pressed: () => void): HTMLButtonElement {
  const made = element('button', className, label);
  made.type = 'button';
  made.addEventListener('click', pressed);
  return made;
}

export function link(className: string, href: string, ...children: Child[]): HTMLAnchorElement {
  const made = element('a', className, ...children);
  made.href = href;
  return made;
}

/** A table with a caption for those who can't see it, and a head. */
export function table(className: string, caption: string, head: readonly Child[], rows: readonly HTMLElement[]) {
  const cells = head.map((cell) => {
    const made = element('th', '', cell);
    made.scope = 'col';
    return made;
  });
  return element(
    'table',
    className,
    element('caption', 'spoken-only', caption),
    element('thead', '', element('tr', '', ...cells)),
    element('tbody', '', ...rows),
  );
}

/** The table that says what a chart shows. */
export function tableBehind(summary: string, content: HTMLElement): HTMLDetailsElement {
  return element('details', 'behind', element('summary', '', summary), element('div', 'scrolls', content));
}
