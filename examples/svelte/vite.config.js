import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [svelte()],
  // The package finds its files by its own address, which the development server's cache changes.
  optimizeDeps: { exclude: ['guichet-checkout'] },
});
