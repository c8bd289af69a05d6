export default {
  // The page runs under default-src 'self': nothing may be inlined as a data: URL, and no polyfill is needed.
  build: {
    outDir: '../../dist/page',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  worker: { format: 'es' },
};
