// A long list of rows of one height, of which only those in sight are in the document.

import { element } from './dom.ts';

export interface VirtualRows {
  readonly element: HTMLElement;
  /** There are `count` rows from now on: they are made with the next `refresh`. */
  resize(count: number): void;
  /** Makes the rows in sight anew; with `index`, that one is brought into sight first. */
  refresh(index?: number): void;
  /** Brings a row into sight and gives it the focus. */
  focus(index: number): void;
}

export interface VirtualRowsOptions {
  readonly label: string;
  readonly rowHeight: number;
  readonly createRow: (index: number) => HTMLElement;
}

/** Beyond the window's edge, so that fast scrolling shows no gap. */
const COUNT_SPARE_ROWS = 8;

export function createVirtualRows({ label, rowHeight, createRow }: VirtualRowsOptions): VirtualRows {
  const inner = element('div', 'rows-inner');
  inner.setAttribute('role', 'list');
  inner.setAttribute('aria-label', label);
  const outer = element('div', 'rows', inner);
  const shown = new Map<number, HTMLElement>();
  let count = 0;
  let asked = 0;

  function draw(): void {
    asked = 0;
    const top = outer.scrollTop;
    const first = Math.max(0, Math.floor(top / rowHeight) - COUNT_SPARE_ROWS);
    const last = Math.min(count, Math.ceil((top + outer.clientHeight) / rowHeight) + COUNT_SPARE_ROWS);
    for (const [index, row] of shown) {
      if (index >= first && index < last) continue;
      // The row in focus stays, or the keyboard would lose its place.
      if (row.contains(document.activeElement)) continue;
      row.remove();
      shown.delete(index);
    }
    const fresh = document.createDocumentFragment();
    for (let index = first; index < last; index++) if (!shown.has(index)) fresh.append(place(index));
    inner.append(fresh);
  }

  function place(index: number): HTMLElement {
    const row = createRow(index);
    row.setAttribute('role', 'listitem');
    row.setAttribute('aria-setsize', String(count));
    row.setAttribute('aria-posinset', String(index + 1));
    row.style.top = `${index * rowHeight}px`;
    row.style.height = `${rowHeight}px`;
    shown.set(index, row);
    return row;
  }

  function refresh(index?: number): void {
    if (index !== undefined) scrollTo(index);
    const focused = [...shown].find(([, row]) => row.contains(document.activeElement))?.[0];
    for (const row of shown.values()) row.remove();
    shown.clear();
    draw();
    if (focused !== undefined) focusable(shown.get(focused))?.focus({ preventScroll: true });
  }

  outer.addEventListener('scroll', () => {
    if (asked === 0) asked = requestAnimationFrame(draw);
  });
  new ResizeObserver(() => {
    if (asked === 0) asked = requestAnimationFrame(draw);
  }).observe(outer);

  function scrollTo(index: number): void {
    const top = index * rowHeight;
    if (top < outer.scrollTop) outer.scrollTop = top;
    else if (top + rowHeight > outer.scrollTop + outer.clientHeight)
      outer.scrollTop = top + rowHeight - outer.clientHeight;
  }

  return {
    element: outer,
    refresh,
    resize(countRows) {
      count = countRows;
      inner.style.height = `${count * rowHeight}px`;
    },
    focus(index) {
      scrollTo(index);
      draw();
      focusable(shown.get(index))?.focus({ preventScroll: true });
    },
  };
}

function focusable(row: HTMLElement | undefined): HTMLElement | undefined {
  return row?.querySelector<HTMLElement>('a, button') ?? undefined;
}
