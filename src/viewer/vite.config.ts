export default {
  // Served below /traces/, opened from disk, and inlined into one file: so every path is relative, and there is one
  // script and one style sheet.
  base: './',
  build: {
    outDir: '../../dist/viewer',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    target: 'es2022',
    rollupOptions: {
      output: { entryFileNames: 'viewer.js', assetFileNames: 'viewer[extname]' },
    },
  },
};
