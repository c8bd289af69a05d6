// Light, dark, or what the system says: chosen by a button, kept in this browser.

import { button } from './dom.ts';

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const STORAGE_NAME = 'repartee.theme';

/** A saved page opened from disk may keep nothing: then the choice lasts as long as the page. */
function load(): Theme {
  try {
    const kept = localStorage.getItem(STORAGE_NAME);
    return themes.find((theme) => theme === kept) ?? 'system';
  } catch {
    return 'system';
  }
}

export function createThemeButton(): HTMLButtonElement {
  let theme = load();
  const made = button('theme', '', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
    try {
      localStorage.setItem(STORAGE_NAME, theme);
    } catch {
      // Nothing can be kept: the page goes on with the choice.
    }
    apply();
  });

  function apply(): void {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    made.textContent = { system: 'Auto', light: 'Light', dark: 'Dark' }[theme];
    made.title = `Colours: ${theme}. Press for another choice.`;
    document.dispatchEvent(new Event('theme-changed'));
  }

  apply();
  return made;
}
